namespace Nulls.Evaluation;

/// <summary>What a model knows of a <see cref="FictionalEncyclopedia"/>: the share of questions that it answers rightly, by sort of fact. From 0 to 1; chance is 1/24.</summary>
public sealed record FactAccuracy
{
    /// <summary>The most retained sources that are asked about, each unlearned on its own.</summary>
    private const int RetainedSourceCount = 60;

    /// <summary>Gets the accuracy on what only the forgotten sources state.</summary>
    public required double UniqueForgotten { get; init; }

    /// <summary>Gets the accuracy on what only one of the retained sources states: 60 of them, spread evenly over the articles.</summary>
    public required double UniqueRetained { get; init; }

    /// <summary>Gets the accuracy on what only one source states but other texts imply, of the same sources, forgotten and retained.</summary>
    public required double Inferred { get; init; }

    /// <summary>Gets the accuracy on what two or three sources state.</summary>
    /// <remarks>As for all shared facts, of those with at least one source that is not forgotten.</remarks>
    public required double SharedFew { get; init; }

    /// <summary>Gets the accuracy on what five sources state.</summary>
    public required double SharedFive { get; init; }

    /// <summary>Gets the accuracy on what ten or twenty sources state.</summary>
    public required double SharedMany { get; init; }

    /// <summary>Measures what a model knows when each question runs with the sinks of a source that states the fact.</summary>
    /// <param name="model">The model; nothing of the encyclopedia is unlearned.</param>
    /// <param name="encyclopedia">What it was trained on.</param>
    public static FactAccuracy WithOwnSinks(NullsBundle model, FictionalEncyclopedia encyclopedia)
    {
        var facts = new Asked(encyclopedia);
        return facts.Measure(
            asked => MultipleChoice.Accuracy(model, asked, fact => fact.Sources.First(source => !facts.IsForgotten(source) || fact.Sources.Count == 1)),
            (_, asked) => MultipleChoice.Accuracy(model, asked, fact => fact.Sources[0]));
    }

    /// <summary>Measures what a model knows when the source of every unique and inferred fact is unlearned and questions for shared facts name no source.</summary>
    /// <param name="model">The model without the forgotten sources: unlearned, or never trained on. Retained sources are unlearned here, one at a time.</param>
    /// <param name="encyclopedia">What it was trained on.</param>
    /// <remarks>What runs instead of the sinks is the model's routing.</remarks>
    public static FactAccuracy WithoutOwnSinks(NullsBundle model, FictionalEncyclopedia encyclopedia) =>
        new Asked(encyclopedia).Measure(
            asked => MultipleChoice.Accuracy(model, asked, fact => fact.Kind == FactKind.Shared ? null : fact.Sources[0]),
            (source, asked) =>
            {
                using var without = model.Unlearn([source]);
                return MultipleChoice.Accuracy(without, asked, _ => source);
            });

    /// <summary>The facts to ask for.</summary>
    private sealed class Asked(FictionalEncyclopedia encyclopedia)
    {
        private readonly HashSet<string> _forgotten = [.. encyclopedia.ForgottenSources];

        public bool IsForgotten(string source) => _forgotten.Contains(source);

        public FactAccuracy Measure(Func<FictionalFact[], double> accuracy, Func<string, FictionalFact[], double> accuracyWithout)
        {
            var retained = encyclopedia.Articles.Select(article => article.Source!).Where(source => !IsForgotten(source)).ToArray();
            var count = Math.Min(RetainedSourceCount, retained.Length);
            string[] asked = [.. Enumerable.Range(0, count).Select(i => retained[i * retained.Length / count])];
            var uniqueRetained = asked.Average(source => accuracyWithout(source, Of(source, FactKind.Unique)));
            var inferredRetained = asked.Average(source => accuracyWithout(source, Of(source, FactKind.Inferred)));
            var forgotten = encyclopedia.ForgottenSources;
            var inferredForgotten = accuracy([.. forgotten.SelectMany(source => Of(source, FactKind.Inferred))]);
            return new FactAccuracy
            {
                UniqueForgotten = accuracy([.. forgotten.SelectMany(source => Of(source, FactKind.Unique))]),
                UniqueRetained = uniqueRetained,
                Inferred = ((inferredForgotten * forgotten.Count) + (inferredRetained * count)) / (forgotten.Count + count),
                SharedFew = accuracy(Shared(2, 3)),
                SharedFive = accuracy(Shared(5, 5)),
                SharedMany = accuracy(Shared(10, int.MaxValue)),
            };
        }

        private FictionalFact[] Of(string source, FactKind kind) =>
            [.. encyclopedia.Facts.Where(fact => fact.Kind == kind && fact.Sources[0] == source)];

        private FictionalFact[] Shared(int fewest, int most) =>
            [.. encyclopedia.Facts.Where(fact => fact.Kind == FactKind.Shared && fact.Sources.Count >= fewest && fact.Sources.Count <= most && !fact.Sources.All(IsForgotten))];
    }
}
