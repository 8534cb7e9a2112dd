namespace Nulls.Evaluation;

/// <summary>A 95 % confidence interval of a number that was measured on a sample.</summary>
/// <param name="Lower">The lower end.</param>
/// <param name="Upper">The upper end, at least as large.</param>
/// <remarks>It tells what another sample of questions could give. What another training could give is told by other seeds, not by it.</remarks>
public readonly record struct ConfidenceInterval(double Lower, double Upper)
{
    /// <summary>The .975 quantile of the standard normal distribution.</summary>
    internal const double StandardErrors = 1.959963984540054;

    /// <summary>The interval of a proportion by Wilson's score: right also for few trials and for proportions of 0 and 1.</summary>
    /// <param name="successes">The number of successes, from 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">The number of independent trials, at least 1.</param>
    /// <remarks>Wilson, Journal of the American Statistical Association 22 (1927), 209; without correction for continuity.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A count is outside its range.</exception>
    public static ConfidenceInterval Wilson(long successes, long trials)
    {
        if (trials < 1)
            throw new ArgumentOutOfRangeException(nameof(trials), trials, "A proportion needs at least 1 trial.");
        if (successes < 0 || successes > trials)
            throw new ArgumentOutOfRangeException(nameof(successes), successes, $"The successes must be from 0 to the number of trials, {trials}.");

        var square = StandardErrors * StandardErrors;
        var share = (double)successes / trials;
        var center = share + (square / (2.0 * trials));
        var margin = StandardErrors * Math.Sqrt((share * (1 - share) / trials) + (square / (4.0 * trials * trials)));
        var scale = 1 + (square / trials);
        return new(successes == 0 ? 0 : (center - margin) / scale, successes == trials ? 1 : (center + margin) / scale);
    }

    /// <summary>The interval of any statistic by the bootstrap: what lies between the .025 and .975 quantiles of the statistic on samples redrawn with replacement.</summary>
    /// <param name="values">The sample, of at least 1 value.</param>
    /// <param name="statistic">What is computed from a sample, for example its mean.</param>
    /// <param name="seed">What samples are redrawn by; the same seed gives the same bits.</param>
    /// <param name="resamples">The number of samples redrawn, at least 100; the default is 2,000.</param>
    /// <remarks>The percentile method of Efron and Tibshirani, An Introduction to the Bootstrap (1993), §13.3. Too narrow for samples of a few values.</remarks>
    /// <exception cref="ArgumentException">There are no values.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are too few resamples.</exception>
    public static ConfidenceInterval Bootstrap(IReadOnlyList<double> values, Func<IReadOnlyList<double>, double> statistic, int seed, int resamples = 2000)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(statistic);
        if (values.Count == 0)
            throw new ArgumentException("The bootstrap redraws a sample, and this one has no values.", nameof(values));
        if (resamples < 100)
            throw new ArgumentOutOfRangeException(nameof(resamples), resamples, "The quantiles of fewer than 100 resamples mean nothing: take 1,000 or more.");

        var random = new Random(seed);
        var redrawn = new double[values.Count];
        var statistics = new double[resamples];
        for (var resample = 0; resample < resamples; resample++)
        {
            for (var i = 0; i < redrawn.Length; i++)
                redrawn[i] = values[random.Next(values.Count)];
            statistics[resample] = statistic(redrawn);
        }

        Array.Sort(statistics);
        return new(Quantile(statistics, 0.025), Quantile(statistics, 0.975));
    }

    /// <summary>A quantile of sorted values, interpolated between neighbours.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
