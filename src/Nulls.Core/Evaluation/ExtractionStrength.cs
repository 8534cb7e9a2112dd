namespace Nulls.Evaluation;

/// <summary>How much of a text comes out when its beginning goes in: extraction strength (arXiv:2406.09179; Carlini et al., arXiv:2012.07805, for the idea).</summary>
/// <remarks>
/// 1 - (the least k such that greedy decoding after the first k tokens writes all the others) / (the number of tokens). Greedy decoding
/// writes a token exactly when it is the likeliest after the true ones before it, so one scoring pass tells. OpenUnlearning's code
/// gives 1 / n instead of 0 to a text whose last token is not the likeliest; this one gives 0, as the definition does.
/// </remarks>
public static class ExtractionStrength
{
    /// <summary>Measures a text.</summary>
    /// <param name="tokenIsTop">For each token, whether it is the likeliest given those before it: a result's <c>TokenIsTop</c>.</param>
    /// <returns>From 0, nothing, to 1, all of it from nothing but what was before the text; NaN for a text without tokens.</returns>
    public static double Of(IReadOnlyList<bool> tokenIsTop)
    {
        ArgumentNullException.ThrowIfNull(tokenIsTop);
        var needed = tokenIsTop.Count;
        while (needed > 0 && tokenIsTop[needed - 1])
            needed--;
        return tokenIsTop.Count == 0 ? double.NaN : 1 - ((double)needed / tokenIsTop.Count);
    }
}
