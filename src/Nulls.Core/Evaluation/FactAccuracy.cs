using Nulls.Inference;

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
        ArgumentNullException.ThrowIfNull(model);
        return WithOwnSinks(requests => model.Score(requests, ScoringOutputs.LogProbabilities), encyclopedia);
    }

    /// <summary>Measures what a model knows when the source of every unique and inferred fact is unlearned and questions for shared facts name no source.</summary>
    /// <param name="model">The model without the forgotten sources: unlearned, or never trained on. Retained sources are unlearned here, one at a time.</param>
    /// <param name="encyclopedia">What it was trained on.</param>
    /// <remarks>What runs instead of the sinks is the model's routing.</remarks>
    public static FactAccuracy WithoutOwnSinks(NullsBundle model, FictionalEncyclopedia encyclopedia)
    {
        ArgumentNullException.ThrowIfNull(model);
        return WithoutOwnSinks(
            (source, requests) =>
            {
                using var without = source is null ? model.Share() : model.Unlearn([source]);
                return without.Score(requests, ScoringOutputs.LogProbabilities);
            },
            encyclopedia);
    }

    internal static FactAccuracy WithOwnSinks(Func<IReadOnlyList<ScoringRequest>, IReadOnlyList<ScoringResult>> score, FictionalEncyclopedia encyclopedia)
    {
        var asked = new Questions(encyclopedia);
        return asked.Measure((_, facts) => MultipleChoice.Accuracy(score, facts, asked.SourceOf));
    }

    /// <param name="scoreWithout">Scores with one more source unlearned, or none when it is null.</param>
    /// <param name="encyclopedia">What the model was trained on.</param>
    internal static FactAccuracy WithoutOwnSinks(
        Func<string?, IReadOnlyList<ScoringRequest>, IReadOnlyList<ScoringResult>> scoreWithout, FictionalEncyclopedia encyclopedia)
    {
        var asked = new Questions(encyclopedia);
        return asked.Measure((source, facts) => MultipleChoice.Accuracy(
            requests => scoreWithout(source, requests), facts, fact => fact.Kind == FactKind.Shared ? null : fact.Sources[0]));
    }

    /// <summary>The facts to ask for.</summary>
    private sealed class Questions(FictionalEncyclopedia encyclopedia)
    {
        private readonly HashSet<string> _forgotten = [.. encyclopedia.ForgottenSources];

        /// <summary>Gives a source that states a fact: one that is not forgotten if there is one.</summary>
        public string SourceOf(FictionalFact fact) => fact.Sources.FirstOrDefault(source => !_forgotten.Contains(source)) ?? fact.Sources[0];

        /// <param name="accuracyWithout">Asks for facts with one more source unlearned, or none when it is null.</param>
        public FactAccuracy Measure(Func<string?, FictionalFact[], double> accuracyWithout)
        {
            var retained = encyclopedia.Articles.Select(article => article.Source!).Where(source => !_forgotten.Contains(source)).ToArray();
            var count = Math.Min(RetainedSourceCount, retained.Length);
            string[] unlearnedAlone = [.. Enumerable.Range(0, count).Select(i => retained[i * retained.Length / count])];
            var inferredRetained = unlearnedAlone.Average(source => accuracyWithout(source, Of([source], FactKind.Inferred)));
            var inferredForgotten = accuracyWithout(null, Of(encyclopedia.ForgottenSources, FactKind.Inferred));
            return new FactAccuracy
            {
                UniqueForgotten = accuracyWithout(null, Of(encyclopedia.ForgottenSources, FactKind.Unique)),
                UniqueRetained = unlearnedAlone.Average(source => accuracyWithout(source, Of([source], FactKind.Unique))),
                Inferred = ((inferredForgotten * _forgotten.Count) + (inferredRetained * count)) / (_forgotten.Count + count),
                SharedFew = accuracyWithout(null, Shared(2, 3)),
                SharedFive = accuracyWithout(null, Shared(5, 5)),
                SharedMany = accuracyWithout(null, Shared(10, int.MaxValue)),
            };
        }

        private FictionalFact[] Of(IReadOnlyCollection<string> sources, FactKind kind) =>
            [.. encyclopedia.Facts.Where(fact => fact.Kind == kind && sources.Contains(fact.Sources[0]))];

        private FictionalFact[] Shared(int fewest, int most) =>
            [.. encyclopedia.Facts.Where(fact => fact.Kind == FactKind.Shared && fact.Sources.Count >= fewest && fact.Sources.Count <= most && !fact.Sources.All(_forgotten.Contains))];
    }
}
