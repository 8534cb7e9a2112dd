using Nulls.Evaluation.Attacks;
using Nulls.Evaluation.Corpora;
using Nulls.Text;

namespace Nulls.Evaluation.Suite;

/// <summary>An attack of the suite.</summary>
/// <param name="Name">One word; its metrics are called <c>name.metric</c>.</param>
/// <param name="From">The least form that runs it.</param>
/// <param name="Weight">What it costs, in about the seconds of a standard run on one core.</param>
/// <param name="Systems">Whom it attacks.</param>
/// <param name="Run">Attacks; null where the corpus has nothing to attack with.</param>
internal sealed record SuiteAttack(
    string Name, ProofForm From, double Weight, Func<SuiteSystem, bool> Systems, Func<Subject, ProofQuestions, ProofOptions, CancellationToken, AttackResult?> Run)
{
    /// <summary>Gets whether it tries adversarial prompts or draws, whose budgets are options.</summary>
    public Func<ProofOptions, object> Budget { get; init; } = _ => "";
}

/// <summary>All attacks that do not train.</summary>
internal static class AttackMeasures
{
    private static readonly PrefixExtractionOptions Prefixes = new() { PrefixTokens = [5, 10] };

    public static IReadOnlyList<SuiteAttack> All { get; } =
    [
        new("prefix", ProofForm.Quick, 0.5, IsCompared, (subject, questions, _, token) =>
            PassagesOf(subject, questions) is { Length: > 0 } passages ? PrefixExtraction.Run(subject.Bundle, passages, Prefixes, token) : null),
        new("rephrasing", ProofForm.Quick, 1, IsCompared, (subject, questions, _, token) => RephrasingAttack.Run(subject.Bundle, questions.Unique, subject.SourceOf, token)),
        new("acr", ProofForm.Standard, 24, IsCompared, (subject, questions, options, token) =>
            PassagesOf(subject, questions) is { Length: > 0 } passages ? AdversarialCompression.Run(subject.Bundle, passages, options.PromptBudget, token) : null)
        {
            Budget = options => options.PromptBudget,
        },
        new("decoding", ProofForm.Standard, 3, system => IsCompared(system) || IsRouted(system), (subject, questions, options, token) =>
            DecodingAttack.Run(subject.Bundle, questions.Unique, options.DecodingBudget, subject.SourceOf, token))
        {
            Budget = options => options.DecodingBudget,
        },
        new("compression", ProofForm.Standard, 6, IsCompared, (subject, questions, _, token) =>
            CompressionAttack.Run(subject.Bundle, questions.Unique, sourceOf: subject.SourceOf, cancellationToken: token)),
        new("steering", ProofForm.Standard, 29, IsRouted, (subject, questions, _, token) => RouterSteering.Run(subject.Bundle, questions.Unique, questions.Corpus.Documents, token)),
        new("weights", ProofForm.Standard, 5, system => system.Name is SystemCatalog.Backbone or SystemCatalog.Erased or SystemCatalog.RetrainedBackbone,
            (subject, questions, _, token) => WeightAccess.Run(subject.Bundle, questions.Unique, cancellationToken: token)),
    ];

    public static StageResult Measure(SuiteAttack attack, Subject subject, ProofQuestions questions, ProofOptions options, int seed, CancellationToken cancellationToken)
    {
        if (attack.Run(subject, questions, options, cancellationToken) is not { } result)
            return new StageResult([]);
        var type = result.Attack is "prefix_extraction" or "adversarial_compression" ? TextMeasures.Passages : FactMeasures.UniqueForgotten;
        var measured = result.Metrics.Where(metric => metric.Count > 0).Select(metric => metric.ToMeasurement(subject.System.Name, type, seed, $"{attack.Name}.{metric.Name}"));
        var chance = result.Chance.Where(pair => !double.IsNaN(pair.Value)).Select(pair => new ProofMeasurement(subject.System.Name, $"{attack.Name}.{pair.Key}.chance", type, seed, pair.Value, 0, null));
        return new StageResult([.. measured, .. chance]) { Settings = $"{attack.Name}: {result.Budget}" };
    }

    private static bool IsCompared(SuiteSystem system) => system.Method is not null || system.Name is SystemCatalog.Own or SystemCatalog.Backbone
        or SystemCatalog.RetrainedBackbone or SystemCatalog.Standard or SystemCatalog.StandardRetrained;

    private static bool IsRouted(SuiteSystem system) => system.Name is SystemCatalog.RoutedByQuestion or SystemCatalog.RetrainedRouted;

    // Named as the system is asked: a system without sinks is told no source.
    private static Document[] PassagesOf(Subject subject, ProofQuestions questions) =>
        [.. questions.Corpus.Passages.Where(passage => questions.Forgotten.Contains(passage.Source!)) // A proof's corpus has a source for each.
            .Select(passage => passage with { Source = subject.SourceOfText(passage.Source) })];
}
