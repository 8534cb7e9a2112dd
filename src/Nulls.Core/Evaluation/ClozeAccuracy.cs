namespace Nulls.Evaluation;

/// <summary>The share of gaps that a model fills rightly: greedy decoding after the context writes the whole answer (as LAMBADA is measured, arXiv:1606.06031).</summary>
/// <remarks>No candidates are given, so chance is next to 0. Only the answer as written counts, not one that means the same.</remarks>
public static class ClozeAccuracy
{
    /// <summary>Whether an answer is written whole.</summary>
    /// <param name="tokenIsTop">For each token of the answer, whether it is the likeliest given those before it: a result's <c>TokenIsTop</c>.</param>
    /// <returns>False for an answer without tokens.</returns>
    public static bool IsRight(IReadOnlyList<bool> tokenIsTop)
    {
        ArgumentNullException.ThrowIfNull(tokenIsTop);
        return tokenIsTop.Count > 0 && tokenIsTop.All(isTop => isTop);
    }

    /// <summary>Measures the share of answers that are written whole.</summary>
    /// <param name="tokenIsTop">For each answer, for each token, whether it is the likeliest.</param>
    /// <returns>From 0 to 1; NaN when there are no answers.</returns>
    public static double Share(IReadOnlyList<IReadOnlyList<bool>> tokenIsTop)
    {
        ArgumentNullException.ThrowIfNull(tokenIsTop);
        return tokenIsTop.Count == 0 ? double.NaN : (double)tokenIsTop.Count(IsRight) / tokenIsTop.Count;
    }
}
