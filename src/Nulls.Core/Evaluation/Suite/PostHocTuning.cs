using Nulls.Evaluation.Corpora;
using Nulls.Evaluation.Systems;
using Nulls.Text;

namespace Nulls.Evaluation.Suite;

/// <summary>Chooses a post-hoc method's numbers by how it forgets other sources, and makes the model that forgets what is to be forgotten.</summary>
internal static class PostHocTuning
{
    public const string Score = "tuning.score";
    private const int MostGeneral = 200;

    /// <summary>Tries a small grid on sources that stand in no other question, and runs the best on the forgotten ones.</summary>
    /// <remarks>
    /// A trial forgets as well as it brings the accuracy on the texts' unique facts from where it was to chance. It keeps as well as the
    /// harmonic mean of what it knows of other retained sources' unique and inferred facts and, in other words, of shared ones, each by what it was.
    /// </remarks>
    public static (NullsBundle Model, StageResult Trials) Run(NullsBundle standard, SuiteSystem system, ProofQuestions questions, int seed, CancellationToken cancellationToken)
    {
        ProofProbe[] forget = [.. questions.Of(FactKind.Unique, questions.Tuned)];
        ProofProbe[][] keep =
        [
            [.. questions.Of(FactKind.Unique, questions.TunedKept)],
            [.. questions.Of(FactKind.Inferred, questions.TunedKept)],
            [.. questions.Shared.SelectMany(shared => shared.Probes).SelectMany(probe => probe.Paraphrases.Take(1).Select(wording => probe with { Prompt = wording }))],
        ];
        keep = [.. keep.Where(probes => probes.Length > 0)];
        var (chance, known) = (forget.Average(probe => probe.Chance), Ask(standard, forget));
        double[] kept = [.. keep.Select(probes => Ask(standard, probes))];
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
            Settings = $"best of {trials.Count} on {tuned.Count} other sources: {Describe(best)}",
        });

        double Ask(NullsBundle bundle, ProofProbe[] probes) => ProbeAccuracy.Of(bundle, "accuracy", probes, _ => null, cancellationToken).Value;

        (double ForgetQuality, double Utility) Validate(NullsBundle bundle)
        {
            var forgot = known > chance ? 1 - Math.Clamp((Ask(bundle, forget) - chance) / (known - chance), 0, 1) : 0;
            double[] shares = [.. keep.Select((probes, i) => kept[i] > 0 ? Math.Min(1, Ask(bundle, probes) / kept[i]) : 1)];
            return (forgot, shares.Length / shares.Sum(share => 1 / share));
        }
    }

    private static List<Document> Texts(ProofQuestions questions, Func<string, bool> isKept) =>
        [.. questions.Corpus.Documents.Where(document => isKept(document.Source!)), .. questions.Corpus.GeneralTexts.Take(MostGeneral).Select(text => new Document(text, null))]; // As above.

    private static string Describe(PostHocOptions options) => $"learning rate {options.LearningRate}, {options.Steps} steps" + options.Method switch
    {
        PostHocMethod.Npo or PostHocMethod.SimNpo => $", beta {options.Beta}",
        PostHocMethod.Rmu => $", length {options.SteeringLength}, retain weight {options.RetainWeight}",
        _ => "",
    };
}
