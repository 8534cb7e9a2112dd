using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class KolmogorovSmirnovTests
{
    private static readonly double[] To100 = Spaced(100, 100);
    private static readonly double[] Tenths110 = Spaced(100, 110);

    public static TheoryData<double[], double[], double, double> PublishedByScipy => new()
    {
        // scipy 1.10.1, stats/tests/test_stats.py, TestKSTwoSamples.
        { [0], [1], 1, 1 },
        { [1.01, 2.01], [1, 2, 3], 1.0 / 3, 1 },
        { [0.99, 1.99], [1, 2, 3], 2.0 / 3, 0.6 },
        { [1.01, 2.01], [1, 2, 3, 4], 0.5, 14.0 / 15 },
        { [0.99, 1.99], [1, 2, 3, 4], 0.75, 6.0 / 15 },
        { To100, Shifted(To100, 2.1), 0.03, 0.9999999999962055 },
        { To100, Shifted(To100, 1.9), 0.02, 1 },
        { To100, Shifted(Tenths110, 20.1), 232.0 / 1100, 0.015739183865607353 },
        { To100, Shifted(Tenths110, 19.9), 229.0 / 1100, 0.017803803861026313 },
        { Repeated((2, 3), (3, 4), (5, 5), (6, 4)), Repeated((3, 3), (4, 4), (6, 5), (7, 4)), 5.0 / 16, 0.4262934613454952 },
        // scipy 1.10.1, computed.
        { Spaced(300, 300), Shifted(Spaced(300, 300), 1000), 1, 1.4802978791996799e-179 },
        { Spaced(30, 30), Shifted(Spaced(20, 20), 1000), 1, 4.243652513534888e-14 },
        { [.. Enumerable.Range(0, 300).Select(i => (double)i)], [.. Enumerable.Range(0, 400).Select(i => (i * 0.75) + 100)], 0.3358333333333333, 1.2954276620244441e-17 },
        { [.. Enumerable.Range(0, 300).Select(i => (double)i)], [.. Enumerable.Range(0, 400).Select(i => (i * 0.75) + 10.3)], 0.0375, 0.9629760181937805 },
    };

    [Theory]
    [MemberData(nameof(PublishedByScipy))]
    public void Statistic_and_p_value_are_scipys(double[] first, double[] second, double statistic, double pValue)
    {
        var test = KolmogorovSmirnov.TwoSample(first, second);

        Assert.Equal(statistic, test.Statistic, 1e-12);
        Assert.Equal(1, test.PValue / pValue, 1e-9);
        Assert.Equal(test, KolmogorovSmirnov.TwoSample(second, first));
    }

    [Fact]
    public void The_p_value_is_the_share_of_all_orders_with_at_least_that_distance()
    {
        // Every way to deal ranks 0 to 7 to samples of 3 and 5 is equally likely.
        var all = Enumerable.Range(0, 256).Where(set => int.PopCount(set) == 3)
            .Select(set => KolmogorovSmirnov.TwoSample(
                [.. Enumerable.Range(0, 8).Where(i => (set >> i & 1) == 1).Select(i => (double)i)],
                [.. Enumerable.Range(0, 8).Where(i => (set >> i & 1) == 0).Select(i => (double)i)]))
            .ToArray();

        Assert.Equal(56, all.Length);
        Assert.All(all, test => Assert.Equal(all.Count(other => other.Statistic >= test.Statistic - 1e-12) / 56.0, test.PValue, 1e-12));
    }

    // scipy.special.kolmogorov, 1.10.1.
    [Theory]
    [InlineData(0.3, 0.9999906941986655)]
    [InlineData(0.5, 0.9639452436648751)]
    [InlineData(0.9, 0.3927307079406543)]
    [InlineData(1.0, 0.26999967167735456)]
    [InlineData(1.1, 0.1777181926064012)]
    [InlineData(2, 0.0006709252557796953)]
    [InlineData(3, 3.045995948942526e-08)]
    public void The_limit_is_Kolmogorovs_distribution(double value, double probability) =>
        Assert.Equal(1, KolmogorovSmirnov.Limit(value) / probability, 1e-9);

    [Fact]
    public void Samples_too_large_for_the_exact_p_value_have_about_the_same()
    {
        double[] first = [.. Enumerable.Range(0, 20_000).Select(i => (double)i)];
        double[] second = [.. Enumerable.Range(0, 5_001).Select(i => (i * 4.0) - 400)];
        var large = KolmogorovSmirnov.TwoSample(first, second);
        var exact = KolmogorovSmirnov.TwoSample(first[..^100], second[..^25]);

        Assert.InRange(exact.PValue, 0.01, 0.2);
        Assert.Equal(1, large.PValue / exact.PValue, 0.1);
    }

    [Fact]
    public void Equal_samples_are_not_told_apart() => Assert.Equal(new KolmogorovSmirnov(0, 1), KolmogorovSmirnov.TwoSample([1, 2, 2], [2, 1, 2]));

    [Fact]
    public void What_cannot_be_ordered_is_refused()
    {
        Assert.Contains("no values", Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.TwoSample([], [1])).Message);
        Assert.Contains("value 1 of 2 is NaN", Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.TwoSample([1], [1, double.NaN])).Message);
    }

    private static double[] Spaced(double last, int count) => [.. Enumerable.Range(0, count).Select(i => 1 + (i * (last - 1) / (count - 1)))];

    private static double[] Shifted(double[] values, double by) => Array.ConvertAll(values, value => value + by);

    private static double[] Repeated(params (double Value, int Times)[] values) => [.. values.SelectMany(value => Enumerable.Repeat(value.Value, value.Times))];
}
