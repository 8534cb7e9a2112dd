namespace Nulls.Evaluation;

/// <summary>Does a model that forgot answer like one that never knew? TOFU's forget quality (arXiv:2401.06121 §2.2).</summary>
/// <remarks>
/// The p-value of a Kolmogorov-Smirnov test between the truth ratios that two models have on the questions to forget: the one that
/// unlearned and one retrained without them. Above .05 they are not told apart. Published tables often give its logarithm to base 10.
/// It says nothing about what is kept, and a model that never learned passes too: look at its truth ratios before unlearning first.
/// </remarks>
public static class ForgetQuality
{
    /// <summary>Compares truth ratios.</summary>
    /// <param name="unlearned">The truth ratios of the model that unlearned, one a question.</param>
    /// <param name="retrained">Those of the model retrained without the sources; in the same questions, in any order.</param>
    /// <returns>The test; its p-value is the forget quality.</returns>
    /// <exception cref="ArgumentException">There are no ratios, or one is not finite.</exception>
    public static KolmogorovSmirnov Compare(IReadOnlyList<double> unlearned, IReadOnlyList<double> retrained) =>
        KolmogorovSmirnov.TwoSample(unlearned, retrained);
}
