using Nulls.Inference;

namespace Nulls.Evaluation;

/// <summary>Asks a model for facts: its answer is the candidate that it gives the greatest probability after the question.</summary>
public static class MultipleChoice
{
    // Candidates of one token share one pass of the model, so a batch is mostly questions, not requests.
    private const int QuestionsABatch = 64;

    /// <summary>Measures the share of facts that a model answers rightly.</summary>
    /// <param name="model">The model.</param>
    /// <param name="facts">The facts to ask for.</param>
    /// <param name="sourceOf">The key of the source whose sinks should run for a fact's question; null or empty when the model shall not be told.</param>
    /// <returns>From 0 to 1; NaN when there are no facts.</returns>
    public static double Accuracy(NullsBundle model, IReadOnlyList<FictionalFact> facts, Func<FictionalFact, string?> sourceOf)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Accuracy(requests => model.Score(requests, ScoringOutputs.LogProbabilities), facts, sourceOf);
    }

    internal static double Accuracy(
        Func<IReadOnlyList<ScoringRequest>, IReadOnlyList<ScoringResult>> score, IReadOnlyList<FictionalFact> facts, Func<FictionalFact, string?> sourceOf)
    {
        if (facts.Count == 0)
            return double.NaN;

        return facts.Chunk(QuestionsABatch).Sum(chunk => CountRight(score, chunk, sourceOf)) / (double)facts.Count;
    }

    private static int CountRight(
        Func<IReadOnlyList<ScoringRequest>, IReadOnlyList<ScoringResult>> score, FictionalFact[] facts, Func<FictionalFact, string?> sourceOf)
    {
        var requests = facts
            .SelectMany(fact => fact.Candidates.Select(candidate => new ScoringRequest(" " + candidate, sourceOf(fact), fact.Question)))
            .ToArray();
        var results = score(requests);
        var right = 0;
        var first = 0;
        foreach (var fact in facts)
        {
            var best = Enumerable.Range(0, fact.Candidates.Count).MaxBy(i => results[first + i].TokenLogProbabilities.Sum());
            if (fact.Candidates[best] == fact.Answer)
                right++;
            first += fact.Candidates.Count;
        }

        return right;
    }
}
