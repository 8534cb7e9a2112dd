namespace Nulls.Evaluation;

/// <summary>How likely a model holds wrong answers beside a right one: TOFU's truth ratio (arXiv:2401.06121 §2.2).</summary>
/// <remarks>
/// R = mean over wrong answers of P(wrong | question)^(1 / its tokens), divided by P(paraphrase | question)^(1 / its tokens). The right
/// answer is a paraphrase, and wrong ones are worded like it, so that R tells knowledge from wording learned by heart. About 1: the
/// model cannot tell. Near 0: it knows. Not a probability: it may exceed 1.
/// </remarks>
public static class TruthRatio
{
    /// <summary>Computes the truth ratio of a question.</summary>
    /// <param name="paraphrased">The mean log-probability a token of the paraphrased right answer, in nats: a result's <c>Score</c>.</param>
    /// <param name="perturbed">Those of the wrong answers, at least 1.</param>
    /// <param name="mean">How wrong answers are averaged; the default is <see cref="TruthRatioMean.Geometric"/>.</param>
    /// <returns>From 0 to infinity; NaN when an answer has no tokens.</returns>
    /// <exception cref="ArgumentException">There is no wrong answer.</exception>
    public static double Of(double paraphrased, IReadOnlyList<double> perturbed, TruthRatioMean mean = TruthRatioMean.Geometric)
    {
        ArgumentNullException.ThrowIfNull(perturbed);
        if (perturbed.Count == 0)
            throw new ArgumentException("The truth ratio compares with wrong answers, and there is none.", nameof(perturbed));

        return mean switch
        {
            TruthRatioMean.Geometric => Math.Exp(perturbed.Average() - paraphrased),
            TruthRatioMean.Arithmetic => perturbed.Average(logProbability => Math.Exp(logProbability - paraphrased)),
            _ => throw new ArgumentOutOfRangeException(nameof(mean), mean, "The mean must be Geometric or Arithmetic."),
        };
    }

    /// <summary>Summarises ratios of what shall be forgotten: the mean of min(R, 1 / R). From 0 to 1; 1 when the model cannot tell right from wrong.</summary>
    /// <param name="ratios">Truth ratios; those that are NaN are left out.</param>
    /// <returns>NaN when there are none.</returns>
    public static double ForgetScore(IEnumerable<double> ratios) => MeanOf(ratios, ratio => Math.Min(ratio, 1 / ratio));

    /// <summary>Summarises ratios of what shall be kept: the mean of max(0, 1 - R). From 0 to 1; 1 when the model knows.</summary>
    /// <param name="ratios">Truth ratios; those that are NaN are left out.</param>
    /// <returns>NaN when there are none.</returns>
    public static double RetainScore(IEnumerable<double> ratios) => MeanOf(ratios, ratio => Math.Max(0, 1 - ratio));

    private static double MeanOf(IEnumerable<double> ratios, Func<double, double> score)
    {
        ArgumentNullException.ThrowIfNull(ratios);
        return ratios.Where(ratio => !double.IsNaN(ratio)).Select(score).DefaultIfEmpty(double.NaN).Average();
    }
}
