using Nulls.Evaluation;
using Nulls.Evaluation.Attacks;
using Nulls.Evaluation.Corpora;
using Nulls.Evaluation.Suite;
using Nulls.Tests.Support;
using Nulls.TrainingApp;

namespace Nulls.Tests.Evaluation.Suite;

public sealed class StandardFormTests : IClassFixture<StandardFormTests.Proof>
{
    private readonly ProofReport _report;

    public StandardFormTests(Proof proof) => _report = proof.Report;

    /// <summary>The standard form on a few systems, with small budgets.</summary>
    public sealed class Proof
    {
        public Proof()
        {
            using var folder = new TemporaryFolder();
            Report = ProofSuite.Run(TinySuite.Corpus, TinySuite.Options(folder.Path) with
            {
                Form = ProofForm.Standard,
                Systems = ["nulls.backbone", "nulls.erased", "nulls.retrained.backbone", "standard.retrained", "isolated", "npo"],
                AdversarialPrompts = new AdversarialCompressionOptions { MostTexts = 2, MostTargetTokens = 3, MostPromptTokens = 5, StepsPerLength = 2, CandidatesPerStep = 4 },
                Decoding = new DecodingAttackOptions { SamplesPerTemperature = 1, Temperatures = [1] },
            });
        }

        public ProofReport Report { get; }
    }

    [Fact]
    public void Deleting_a_source_from_isolated_parameters_is_exact()
    {
        Assert.Equal(0, Value("isolated", "exactness.max_difference"));
        Assert.Equal(1, Value("isolated", "exactness.same_weights"));
    }

    [Fact]
    public void Every_trial_of_a_methods_tuning_is_told_and_the_best_is_taken()
    {
        double[] trials = [.. Of("npo", "trial.score").Select(number => number.Value)];
        Assert.Equal(12, trials.Length);
        Assert.Equal(trials.Max(), Value("npo", "tuning.score"));
        Assert.Contains("best of 12", _report.Systems.Single(system => system.Name == "npo").Settings, StringComparison.Ordinal);
    }

    [Fact]
    public void Opened_sinks_give_back_what_gating_hid_and_nothing_of_what_was_erased()
    {
        Assert.True(Value("nulls.backbone", "weights.opened_accuracy") >= 0.8);
        Assert.Equal(Value("nulls.erased", "weights.locked_accuracy"), Value("nulls.erased", "weights.opened_accuracy"));
        Assert.Equal(0, Value("nulls.erased", "weights.sinks_with_weights"));
        Assert.True(Probe("nulls.gated") > Probe("nulls.erased") + 0.2, $"{Probe("nulls.gated")} and {Probe("nulls.erased")}");

        double Probe(string system) => Of(system, "relearning.probe").Single(number => number.Step == 0).Value;
    }

    [Fact]
    public void A_relearning_attack_states_half_of_the_facts_and_asks_for_the_other()
    {
        var questions = new ProofQuestions(TinySuite.Corpus, TinySuite.Corpus.ForgetSets[0]);
        var (texts, probes) = RelearningMeasures.Split(questions);
        Assert.Equal(5, probes.Count);
        Assert.Equal(5, texts.Count);
        Assert.All(texts, text => Assert.Contains(text.Source!, questions.Forgotten)); // Pieces are of sources.
        Assert.All(probes, probe => Assert.DoesNotContain(texts, text => text.Source == probe.Sources[0] && DecodingAttack.Has(text.Text, probe.Answer)));
    }

    [Fact]
    public void Questions_with_one_answer_stay_together_so_that_a_text_can_state_one_half()
    {
        // A name that several sentences ask for, each among other names.
        var corpus = TinySuite.Corpus with
        {
            Documents = [new("Here walked Anne. There sat Anne.", "novel"), new("Here slept Jane. There fell Jane.", "novel"), new("A tale of others.", "other")],
            ForgetSets = [new ForgetSet("novel", ["novel"])],
            Probes = [Ask("Here walked", "Anne", "Emma"), Ask("There sat", "Anne", "Lucy"), Ask("Here slept", "Jane", "Mary"), Ask("There fell", "Jane", "Kitty")],
            HasIndependentSentences = false,
        };
        var (texts, probes) = RelearningMeasures.Split(new ProofQuestions(corpus, corpus.ForgetSets[0]));
        Assert.Equal(["Here walked Anne. There sat Anne."], texts.Select(text => text.Text));
        Assert.Equal(["Jane", "Jane"], probes.Select(probe => probe.Answer));

        static ProofProbe Ask(string prompt, string answer, string other) => new(FactKind.Unique, prompt, answer, [other], ["novel"]);
    }

    [Fact]
    public void Methods_are_tuned_on_sources_that_are_asked_nowhere_else()
    {
        var questions = new ProofQuestions(TinySuite.Corpus, TinySuite.Corpus.ForgetSets[0]);
        string[] all = [.. questions.Tuned, .. questions.TunedKept, .. questions.Retained, .. questions.Forgotten];
        Assert.NotEmpty(questions.Tuned);
        Assert.NotEmpty(questions.TunedKept);
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void Methods_are_tuned_on_the_forgotten_where_nothing_is_asked_of_others()
    {
        using var folder = new TemporaryFolder();
        var corpus = TinySuite.Corpus with { Probes = [.. TinySuite.Corpus.ProbesOf(TinySuite.Corpus.ForgetSets[0])] };
        var report = ProofSuite.Run(corpus, TinySuite.Options(folder.Path) with { Form = ProofForm.Standard, Systems = ["standard", "npo"] });
        ProofMeasurement[] npo = [.. report.Measurements.Where(number => number.System == "npo")];
        double[] utilities = [.. npo.Where(number => number.Metric == "trial.utility").Select(number => number.Value)];
        Assert.Contains("best of 12 on the forgotten sources themselves", report.Systems.Single(system => system.Name == "npo").Settings, StringComparison.Ordinal);
        Assert.Equal(12, utilities.Length);
        Assert.All(utilities, utility => Assert.InRange(utility, 0, 1));
        Assert.True(utilities.Distinct().Count() > 6, string.Join(' ', utilities)); // A measure of what each keeps, not of one in twelve.
        Assert.True(Loss("npo") > Loss("standard"), $"{Loss("npo")} and {Loss("standard")}");

        double Loss(string system) => report.Measurements.Single(number => number.System == system && number.Metric == "loss" && number.FactType == "text.forgotten").Value;
    }

    [Fact]
    public void Attacks_tell_their_budgets_and_claims_without_their_systems_are_omissions()
    {
        Assert.Contains("GCG on 2 texts", _report.Systems.Single(system => system.Name == "nulls.backbone").Settings, StringComparison.Ordinal);
        Assert.Contains(_report.Claims, claim => claim.Name == "extraction.likeRetrained");
        Assert.Contains(_report.Claims, claim => claim.Name == "relearning.postHocRecovers");
        Assert.Contains(_report.NotRun, omission => omission.Name == "claim.sharedDropout.few");
        Assert.Contains(_report.NotRun, omission => omission is { Name: "rmu", Reason: "It was not among the systems asked for." });
    }

    private IEnumerable<ProofMeasurement> Of(string system, string metric) => _report.Measurements.Where(number => number.Seed == 3 && number.System == system && number.Metric == metric);

    private double Value(string system, string metric) => Of(system, metric).Single().Value;
}
