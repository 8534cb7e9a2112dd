using Nulls.Evaluation.Corpora;
using Nulls.Evaluation.Systems;
using Nulls.Inference;
using Nulls.Text;

namespace Nulls.Evaluation.Suite;

/// <summary>Chooses a post-hoc method's numbers by how it forgets, other sources where it can, and makes the model that forgets what is to be forgotten.</summary>
internal static class PostHocTuning
{
    public const string Score = "tuning.score";
    private const int MostGeneral = 200;
    private const int MostTexts = 50;

    /// <summary>Tries a small grid on sources that stand in no other question, and runs the best on the forgotten ones.</summary>
    /// <remarks>
    /// A trial forgets as well as it brings the accuracy on the texts' unique facts from where it was to chance. It keeps as well as the
    /// harmonic mean of what it knows of other retained sources' unique and inferred facts and, in other words, of shared ones, each by what it was.
    /// Where nothing is asked of others, the trials forget the forgotten sources themselves, and keep by the probability a token (the inverse of
    /// the perplexity) of retained sources' texts and of general texts held out.
    /// </remarks>
    public static (NullsBundle Model, StageResult Trials) Run(NullsBundle standard, SuiteSystem system, ProofQuestions questions, int seed, CancellationToken cancellationToken)
    {
        ProofProbe[] forget = [.. questions.Of(FactKind.Unique, questions.Tuned)];
        Func<NullsBundle, double>[] keep = [.. Kept(questions, cancellationToken)];
        var (chance, known) = (forget.Average(probe => probe.Chance), Ask(standard, forget, cancellationToken));
        double[] kept = [.. keep.Select(measure => measure(standard))];
        var (tuned, tunedKept) = (questions.Tuned.ToHashSet(), Texts(questions, source => !questions.Forgotten.Contains(source) && !questions.Tuned.Contains(source)));
        var trials = PostHocTrial.RunAll(standard, [.. questions.Corpus.Documents.Where(document => tuned.Contains(document.Source!))], tunedKept, // A proof's corpus has a source for each.
            PostHocOptions.Grid(system.Method!.Value, seed), Validate, cancellationToken); // Only systems with a method are tuned.
        var best = trials[0].Options;
        var model = PostHocUnlearning.Run(standard, [.. questions.Corpus.Documents.Where(document => questions.Forgotten.Contains(document.Source!))],
            Texts(questions, source => !questions.Forgotten.Contains(source)), best, cancellationToken);
        ProofMeasurement Number(string metric, string type, double value) => new(system.Name, metric, type, seed, value, 0, null);
        return (model, new StageResult(
        [
            Number(Score, "", trials[0].Score), Number("tuning.forget_quality", "", trials[0].ForgetQuality), Number("tuning.utility", "", trials[0].Utility),
            .. trials.SelectMany(trial => new[]
            {
                Number("trial.score", Describe(trial.Options), trial.Score), Number("trial.forget_quality", Describe(trial.Options), trial.ForgetQuality),
                Number("trial.utility", Describe(trial.Options), trial.Utility),
            }),
        ])
        {
            Settings = $"best of {trials.Count} on {(questions.IsTunedOnOthers ? $"{tuned.Count} other sources" : "the forgotten sources themselves, too few others having questions")}: {Describe(best)}",
        });

        (double ForgetQuality, double Utility) Validate(NullsBundle bundle)
        {
            var forgot = known > chance ? 1 - Math.Clamp((Ask(bundle, forget, cancellationToken) - chance) / (known - chance), 0, 1) : 0;
            double[] shares = [.. keep.Select((measure, i) => kept[i] > 0 ? Math.Min(1, measure(bundle) / kept[i]) : 1)];
            return (forgot, shares.Length / shares.Sum(share => 1 / share));
        }
    }

    /// <summary>Tells whether anything shows what a method keeps.</summary>
    public static bool IsPossible(ProofQuestions questions) => Kept(questions, CancellationToken.None).Any();

    private static IEnumerable<Func<NullsBundle, double>> Kept(ProofQuestions questions, CancellationToken cancellationToken)
    {
        ProofProbe[][] asked =
        [
            [.. questions.Of(FactKind.Unique, questions.TunedKept)],
            [.. questions.Of(FactKind.Inferred, questions.TunedKept)],
            [.. questions.Shared.SelectMany(shared => shared.Probes).SelectMany(probe => probe.Paraphrases.Take(1).Select(wording => probe with { Prompt = wording }))],
        ];
        foreach (var probes in asked.Where(probes => probes.Length > 0))
            yield return bundle => Ask(bundle, probes, cancellationToken);
        if (asked.Any(probes => probes.Length > 0))
            yield break;
        string[][] read =
        [
            [.. questions.Corpus.Documents.Where(document => !questions.Forgotten.Contains(document.Source!)).Select(document => document.Text)], // A proof's corpus has a source for each.
            [.. questions.Corpus.GeneralHeldOut],
        ];
        foreach (var texts in read.Where(texts => texts.Length > 0))
            yield return bundle => ProbabilityAToken(bundle, FactMeasures.Spread(texts, MostTexts), cancellationToken);
    }

    private static double Ask(NullsBundle bundle, ProofProbe[] probes, CancellationToken cancellationToken) => ProbeAccuracy.Of(bundle, "accuracy", probes, _ => null, cancellationToken).Value;

    private static double ProbabilityAToken(NullsBundle bundle, string[] texts, CancellationToken cancellationToken) =>
        1 / Perplexity.Of(bundle.Score([.. texts.Select(text => new ScoringRequest(text, null))], ScoringOutputs.LogProbabilities, cancellationToken: cancellationToken).Select(result => result.TokenLogProbabilities));

    private static List<Document> Texts(ProofQuestions questions, Func<string, bool> isKept) =>
        [.. questions.Corpus.Documents.Where(document => isKept(document.Source!)), .. questions.Corpus.GeneralTexts.Take(MostGeneral).Select(text => new Document(text, null))]; // As above.

    private static string Describe(PostHocOptions options) => $"learning rate {options.LearningRate}, {options.Steps} steps" + options.Method switch
    {
        PostHocMethod.Npo or PostHocMethod.SimNpo => $", beta {options.Beta}",
        PostHocMethod.Rmu => $", length {options.SteeringLength}, retain weight {options.RetainWeight}",
        _ => "",
    };
}
