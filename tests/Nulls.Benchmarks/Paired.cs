using System.Diagnostics;

namespace Nulls.Benchmarks;

/// <summary>Times a baseline and a variant in turns, so that whatever else the machine does meets both alike.</summary>
/// <param name="BaselineSeconds">The median time of the baseline.</param>
/// <param name="VariantSeconds">The median time of the variant.</param>
/// <param name="FastestRatio">The ratio of the fastest runs. Other work only ever adds time, so of many runs these tell differences that are smaller than what the times vary by.</param>
internal readonly record struct Paired(double BaselineSeconds, double VariantSeconds, double FastestRatio)
{
    /// <summary>Gets how many times as fast as the baseline the variant is: the ratio of the medians.</summary>
    public double Ratio => BaselineSeconds / VariantSeconds;

    /// <param name="baseline">One run of the baseline.</param>
    /// <param name="variant">One run of the variant.</param>
    /// <param name="rounds">The timed turns; one more goes before them untimed.</param>
    /// <param name="variantRuns">The runs of the variant in a turn, for a variant too short to time alone.</param>
    public static Paired Measure(Action baseline, Action variant, int rounds, int variantRuns = 1)
    {
        var baselines = new List<double>();
        var variants = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            var baselineSeconds = Time(baseline, 1);
            var variantSeconds = Time(variant, variantRuns);
            if (round < 0)
                continue;
            baselines.Add(baselineSeconds);
            variants.Add(variantSeconds);
        }

        return new Paired(Median(baselines), Median(variants), baselines.Min() / variants.Min());
    }

    /// <summary>The median time of one run, in seconds, after one untimed.</summary>
    public static double Seconds(Action run, int rounds)
    {
        run();
        return Median([.. Enumerable.Range(0, rounds).Select(_ => Time(run, 1))]);
    }

    private static double Time(Action run, int runs)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < runs; i++)
            run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / runs;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }
}
