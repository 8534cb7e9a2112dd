namespace Nulls.Evaluation;

/// <summary>How many tokens a model hesitates between, on average: the exponential of the mean negative log-probability a token.</summary>
/// <remarks>Over tokens, not over texts: a long text counts more. Comparable only between models with the same tokenizer.</remarks>
public static class Perplexity
{
    /// <summary>Measures texts.</summary>
    /// <param name="tokenLogProbabilities">For each text, the log-probability of each token, in nats: a result's <c>TokenLogProbabilities</c>.</param>
    /// <returns>From 1 to infinity; NaN when there are no tokens.</returns>
    public static double Of(IEnumerable<IReadOnlyList<float>> tokenLogProbabilities)
    {
        ArgumentNullException.ThrowIfNull(tokenLogProbabilities);
        var sum = 0.0;
        long count = 0;
        foreach (var text in tokenLogProbabilities)
        {
            foreach (var logProbability in text)
                sum += logProbability;
            count += text.Count;
        }

        return count == 0 ? double.NaN : Math.Exp(-sum / count);
    }
}
