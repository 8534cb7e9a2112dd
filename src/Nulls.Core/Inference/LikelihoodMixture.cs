using System.Numerics.Tensors;

namespace Nulls.Inference;

/// <summary>Weights of several predictors of one text, each in proportion to the likelihood that it gave to the tokens so far.</summary>
/// <remarks>
/// The Bayesian mixture with a uniform prior: p(next) = sum over j of w_j p_j(next). It predicts a whole text nearly as well as
/// the best of its predictors does: it loses at most the logarithm of their number, in nats, once.
/// </remarks>
/// <param name="count">The number of predictors.</param>
internal sealed class LikelihoodMixture(int count)
{
    private readonly double[] _logLikelihoods = new double[count];

    /// <summary>Gets the logarithms of the weights, whose exponentials sum to 1.</summary>
    public double[] LogWeights()
    {
        var total = LogSumOfExponentials(_logLikelihoods);
        return Array.ConvertAll(_logLikelihoods, logLikelihood => logLikelihood - total);
    }

    /// <summary>Takes in what a predictor gave to the token that came.</summary>
    public void Observe(int predictor, double logProbability) => _logLikelihoods[predictor] += logProbability;

    public static double LogSumOfExponentials(ReadOnlySpan<float> values)
    {
        var greatest = (double)TensorPrimitives.Max(values);
        var sum = 0.0;
        foreach (var value in values)
            sum += Math.Exp(value - greatest);
        return greatest + Math.Log(sum);
    }

    public static double LogSumOfExponentials(ReadOnlySpan<double> values)
    {
        var greatest = double.NegativeInfinity;
        foreach (var value in values)
            greatest = Math.Max(greatest, value);

        var sum = 0.0;
        foreach (var value in values)
            sum += Math.Exp(value - greatest);
        return greatest + Math.Log(sum);
    }
}
