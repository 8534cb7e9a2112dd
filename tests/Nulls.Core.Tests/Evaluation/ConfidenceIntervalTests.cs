using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class ConfidenceIntervalTests
{
    // Newcombe, Statistics in Medicine 17 (1998), 857, table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Wilsons_intervals_are_those_that_Newcombe_published(int successes, int trials, double lower, double upper)
    {
        var interval = ConfidenceInterval.Wilson(successes, trials);

        Assert.Equal(lower, interval.Lower, 4);
        Assert.Equal(upper, interval.Upper, 4);
    }

    [Fact]
    public void Wilsons_interval_of_all_successes_ends_at_1_and_mirrors_that_of_none()
    {
        var all = ConfidenceInterval.Wilson(20, 20);

        Assert.Equal(1, all.Upper);
        Assert.Equal(1 - ConfidenceInterval.Wilson(0, 20).Upper, all.Lower, 12);
    }

    [Fact]
    public void Wilsons_interval_holds_the_true_share_in_about_95_of_100_samples()
    {
        var random = new Random(3);
        var held = Enumerable.Range(0, 4000).Count(_ =>
        {
            var interval = ConfidenceInterval.Wilson(Enumerable.Range(0, 50).Count(_ => random.NextDouble() < 0.3), 50);
            return interval.Lower <= 0.3 && interval.Upper >= 0.3;
        });

        Assert.InRange(held / 4000.0, 0.93, 0.97);
    }

    [Fact]
    public void The_bootstrap_of_a_mean_is_about_as_wide_as_its_normal_interval()
    {
        var random = new Random(1);
        var values = Enumerable.Range(0, 400).Select(_ => random.NextDouble()).ToArray();
        var bootstrap = ConfidenceInterval.Bootstrap(values, sample => sample.Average(), seed: 2);
        var normal = MetricResult.OfMean("mean", values).Interval!.Value;

        Assert.Equal(normal.Lower, bootstrap.Lower, 0.005);
        Assert.Equal(normal.Upper, bootstrap.Upper, 0.005);
    }

    [Fact]
    public void The_same_seed_redraws_the_same_samples_and_another_others()
    {
        double[] values = [1, 2, 4, 8, 16, 32];
        ConfidenceInterval Of(int seed) => ConfidenceInterval.Bootstrap(values, sample => sample.Sum(), seed, resamples: 101);

        Assert.Equal(Of(5), Of(5));
        Assert.NotEqual(Of(5), Of(6));
    }

    [Fact]
    public void Impossible_counts_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Wilson(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Wilson(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Wilson(-1, 2));
        Assert.Throws<ArgumentException>(() => ConfidenceInterval.Bootstrap([], sample => 0, seed: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceInterval.Bootstrap([1], sample => 0, seed: 1, resamples: 99));
    }
}
