namespace Nulls.Evaluation;

/// <summary>The share of a text's tokens that a model holds likeliest after the true ones before them (Tirumala et al., arXiv:2205.10770; exact memorization in OpenUnlearning).</summary>
/// <remarks>Much of it is language, not memory: compare with a model that never saw the text. For spans recited word for word see <see cref="VerbatimSpans"/>.</remarks>
public static class ExactMemorization
{
    /// <summary>Measures a text.</summary>
    /// <param name="tokenIsTop">For each token, whether it is the likeliest given those before it: a result's <c>TokenIsTop</c>.</param>
    /// <returns>From 0 to 1; NaN for a text without tokens.</returns>
    public static double Of(IReadOnlyList<bool> tokenIsTop)
    {
        ArgumentNullException.ThrowIfNull(tokenIsTop);
        return tokenIsTop.Count == 0 ? double.NaN : (double)tokenIsTop.Count(isTop => isTop) / tokenIsTop.Count;
    }
}
