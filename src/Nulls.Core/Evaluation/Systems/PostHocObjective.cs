namespace Nulls.Evaluation.Systems;

/// <summary>The objectives of the methods that work on tokens' losses, and their derivatives.</summary>
/// <remarks>A loss is a token's negative log-probability, so a sequence's log-probability is less the sum of its losses.</remarks>
internal static class PostHocObjective
{
    // Less than what rounding loses of what is to be kept.
    private const double Negligible = 1e-9;

    /// <summary>The objective, which the training lowers.</summary>
    /// <param name="options">The method and its numbers.</param>
    /// <param name="forget">The losses of the sequences to forget.</param>
    /// <param name="reference">The sums of their losses under the model before; NPO alone reads them.</param>
    /// <param name="retain">The losses of the others.</param>
    public static double Value(PostHocOptions options, IReadOnlyList<float[]> forget, IReadOnlyList<double> reference, IReadOnlyList<float[]> retain)
    {
        var kept = options.Method == PostHocMethod.GradientAscent ? 0 : options.RetainWeight * Mean(retain);
        return kept + options.Method switch
        {
            PostHocMethod.GradientAscent or PostHocMethod.GradientDifference => -Mean(forget),
            PostHocMethod.Npo => 2 / options.Beta * forget.Select((losses, i) => Softplus(options.Beta * (reference[i] - Sum(losses)))).Average(),
            PostHocMethod.SimNpo => 2 / options.Beta * forget.Average(losses => Softplus(-((options.Beta / losses.Length * Sum(losses)) - options.Gamma))),
            _ => throw new ArgumentException($"{options.Method} is not about tokens' losses.", nameof(options)),
        };
    }

    /// <summary>The objective's derivative by each token's loss: those of the sequences to forget, then those of the others.</summary>
    /// <inheritdoc cref="Value" path="/param"/>
    public static IReadOnlyList<float[]> Derivative(PostHocOptions options, IReadOnlyList<float[]> forget, IReadOnlyList<double> reference, IReadOnlyList<float[]> retain)
    {
        var (forgetTokens, retainTokens) = (forget.Sum(losses => losses.Length), retain.Sum(losses => losses.Length));
        var keep = options.Method == PostHocMethod.GradientAscent ? 0 : options.RetainWeight / retainTokens;
        return
        [
            .. forget.Select((losses, i) => Same(losses, options.Method switch
            {
                PostHocMethod.GradientAscent or PostHocMethod.GradientDifference => -1.0 / forgetTokens,
                PostHocMethod.Npo => Flushed(-2 * Sigmoid(options.Beta * (reference[i] - Sum(losses))) / forget.Count, keep),
                PostHocMethod.SimNpo => -2.0 / losses.Length * Sigmoid(options.Gamma - (options.Beta / losses.Length * Sum(losses))) / forget.Count,
                _ => throw new ArgumentException($"{options.Method} is not about tokens' losses.", nameof(options)),
            })),
            .. retain.Select(losses => Same(losses, keep)),
        ];
    }

    // NPO's weight of a sequence falls exponentially once it is forgotten, and products of such numbers are denormal: a processor takes a hundred times as long for them.
    private static double Flushed(double value, double keep) => Math.Abs(value) < Negligible * keep ? 0 : value;

    private static float[] Same(float[] losses, double value)
    {
        var values = new float[losses.Length];
        Array.Fill(values, (float)value);
        return values;
    }

    private static double Sum(float[] losses) => losses.Sum(loss => (double)loss);

    private static double Mean(IReadOnlyList<float[]> sequences) => sequences.Count == 0 ? 0 : sequences.Sum(Sum) / sequences.Sum(losses => losses.Length);

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
