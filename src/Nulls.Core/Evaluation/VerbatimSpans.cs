namespace Nulls.Evaluation;

/// <summary>How much of a text a model recites: the share of positions from which greedy decoding writes the next tokens exactly.</summary>
/// <remarks>
/// Greedy decoding after the true text writes a span exactly when each of its tokens is the likeliest given the true tokens before
/// it. So one scoring pass tells of every position; nothing is generated.
/// </remarks>
public static class VerbatimSpans
{
    /// <summary>Measures the share of positions at which a whole span is recited.</summary>
    /// <param name="tokenIsTop">For each text, for each token, whether it is the likeliest given those before it.</param>
    /// <param name="length">The tokens of a span, at least 1; the default is 20.</param>
    /// <returns>From 0 to 1, over all positions of all texts at which a span fits; NaN when there is none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is less than 1.</exception>
    public static double Share(IEnumerable<IReadOnlyList<bool>> tokenIsTop, int length = 20)
    {
        ArgumentNullException.ThrowIfNull(tokenIsTop);
        if (length < 1)
            throw new ArgumentOutOfRangeException(nameof(length), length, "A span needs at least 1 token.");

        long positions = 0;
        long recited = 0;
        foreach (var isTop in tokenIsTop)
        {
            var run = 0;
            for (var end = 1; end <= isTop.Count; end++)
            {
                run = isTop[end - 1] ? run + 1 : 0;
                if (end < length)
                    continue;
                positions++;
                if (run >= length)
                    recited++;
            }
        }

        return positions == 0 ? double.NaN : (double)recited / positions;
    }
}
