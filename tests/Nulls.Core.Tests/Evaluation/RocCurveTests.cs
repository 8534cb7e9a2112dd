using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class RocCurveTests
{
    [Fact]
    public void The_area_of_scikit_learns_example_is_three_quarters()
    {
        // sklearn.metrics.roc_auc_score's documentation: y [0, 0, 1, 1], scores [.1, .4, .35, .8].
        Assert.Equal(0.75, new RocCurve([0.35, 0.8], [0.1, 0.4]).AreaUnderCurve);
    }

    [Fact]
    public void DeLongs_interval_is_that_of_its_components_by_hand()
    {
        // Components .5 and 1 of the positives, 1 and .5 of the negatives: variance .125 / 2 + .125 / 2.
        double[] positives = [0.35, 0.8];
        var margin = 1.959963984540054 * Math.Sqrt(0.125);

        Assert.Equal(0.75 - margin, new RocCurve(positives, [0.1, 0.4]).AreaInterval.Lower, 12);
        Assert.Equal(1, new RocCurve(positives, [0.1, 0.4]).AreaInterval.Upper);
    }

    [Fact]
    public void DeLongs_interval_holds_the_true_area_in_about_95_of_100_samples()
    {
        // Of U + .2 against U: 1 - .8² / 2.
        var random = new Random(4);
        var held = Enumerable.Range(0, 1500).Count(_ =>
        {
            var interval = new RocCurve([.. Draw(60).Select(value => value + 0.2)], [.. Draw(80)]).AreaInterval;
            return interval.Lower <= 0.68 && interval.Upper >= 0.68;
        });
        IEnumerable<double> Draw(int count) => Enumerable.Range(0, count).Select(_ => random.NextDouble()).ToArray();

        Assert.InRange(held / 1500.0, 0.925, 0.975);
    }

    [Fact]
    public void The_area_counts_pairs_with_ties_half()
    {
        var random = new Random(9);
        for (var trial = 0; trial < 100; trial++)
        {
            var positives = Enumerable.Range(0, random.Next(1, 12)).Select(_ => (double)random.Next(6)).ToArray();
            var negatives = Enumerable.Range(0, random.Next(1, 12)).Select(_ => (double)random.Next(6)).ToArray();
            var pairs = positives.SelectMany(positive => negatives.Select(negative => positive > negative ? 1 : positive == negative ? 0.5 : 0)).ToArray();

            Assert.Equal(pairs.Average(), new RocCurve(positives, negatives).AreaUnderCurve, 12);
        }
    }

    [Fact]
    public void At_1_per_cent_one_of_a_hundred_negatives_may_pass()
    {
        double[] negatives = [.. Enumerable.Range(0, 100).Select(i => (double)i)];
        var curve = new RocCurve([98, 98.5, 99.5, 10], negatives);

        Assert.Equal((0.5, ConfidenceInterval.Wilson(2, 4)), curve.TruePositiveRateAt(0.01));
        Assert.Equal(0.25, curve.TruePositiveRateAt(0.009).Rate);
        Assert.Equal(0.75, curve.TruePositiveRateAt(0.02).Rate);
        Assert.Equal(1, curve.TruePositiveRateAt(1).Rate);
    }

    [Fact]
    public void The_rate_is_the_best_of_all_thresholds()
    {
        var random = new Random(2);
        for (var trial = 0; trial < 200; trial++)
        {
            var positives = Enumerable.Range(0, 20).Select(_ => (double)random.Next(15)).ToArray();
            var negatives = Enumerable.Range(0, 25).Select(_ => (double)random.Next(15)).ToArray();
            var allowed = random.Next(0, 26) / 25.0;
            var best = Enumerable.Range(-1, 17).Where(threshold => negatives.Count(score => score > threshold) <= (allowed * 25) + 1e-6)
                .Max(threshold => positives.Count(score => score > threshold) / 20.0);

            Assert.Equal(best, new RocCurve(positives, negatives).TruePositiveRateAt(allowed).Rate);
        }
    }

    [Fact]
    public void Scores_that_are_missing_or_no_numbers_are_refused()
    {
        Assert.Contains("none of this one", Assert.Throws<ArgumentException>(() => new RocCurve([1], [])).Message);
        Assert.Contains("Score 1 of 2", Assert.Throws<ArgumentException>(() => new RocCurve([1, double.NaN], [1])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RocCurve([1], [1]).TruePositiveRateAt(double.NaN));
    }
}
