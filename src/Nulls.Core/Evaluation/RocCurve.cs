namespace Nulls.Evaluation;

/// <summary>How well a score tells positives from negatives, at every threshold: the receiver operating characteristic. Immutable.</summary>
public sealed class RocCurve
{
    private readonly double[] _positives;
    private readonly double[] _negatives;

    /// <summary>Makes the curve of some scores; a higher score speaks for a positive.</summary>
    /// <param name="positives">The scores of positives, at least 1; infinities are allowed.</param>
    /// <param name="negatives">The scores of negatives, at least 1.</param>
    /// <exception cref="ArgumentException">There are no scores of one kind, or one is not a number.</exception>
    public RocCurve(IReadOnlyList<double> positives, IReadOnlyList<double> negatives)
    {
        _positives = Sorted(positives, nameof(positives));
        _negatives = Sorted(negatives, nameof(negatives));
        (AreaUnderCurve, AreaInterval) = Area();
    }

    /// <summary>Gets the probability that a positive has the higher score than a negative, a tie counted half. From 0 to 1; chance is 0.5.</summary>
    public double AreaUnderCurve { get; }

    /// <summary>Gets the interval of <see cref="AreaUnderCurve"/> by DeLong's variance (Biometrics 44 (1988), 837), cut to 0 and 1.</summary>
    /// <remarks>It has no width when the scores part the two kinds entirely, or when there is 1 score of a kind.</remarks>
    public ConfidenceInterval AreaInterval { get; }

    /// <summary>Gives the greatest share of positives above a threshold that at most a given share of negatives exceeds.</summary>
    /// <param name="falsePositiveRate">The share of negatives that may be taken for positives, from 0 to 1, such as .01.</param>
    /// <returns>The share, and its Wilson interval for the threshold found.</returns>
    /// <remarks>Equal scores are on the same side. With fewer than 100 negatives, a rate of .01 allows no false positive at all.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not from 0 to 1.</exception>
    public (double Rate, ConfidenceInterval Interval) TruePositiveRateAt(double falsePositiveRate)
    {
        if (!(falsePositiveRate is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(falsePositiveRate), falsePositiveRate, "The false-positive rate must be from 0 to 1.");

        // In floating point .29 of 100 is a little less than 29.
        var allowed = (int)Math.Floor((falsePositiveRate * _negatives.Length) + 1e-9);
        var threshold = allowed >= _negatives.Length ? double.NegativeInfinity : _negatives[^(allowed + 1)];
        long above = allowed >= _negatives.Length ? _positives.Length : _positives.Length - Below(_positives, threshold, orEqual: true);
        return ((double)above / _positives.Length, ConfidenceInterval.Wilson(above, _positives.Length));
    }

    private (double, ConfidenceInterval) Area()
    {
        // DeLong's components: the share of negatives that each positive beats, and of positives that beat each negative.
        var beats = Array.ConvertAll(_positives, score => Placement(_negatives, score));
        var beaten = Array.ConvertAll(_negatives, score => 1 - Placement(_positives, score));
        var area = beats.Average();
        var margin = ConfidenceInterval.StandardErrors * Math.Sqrt(VarianceOfMean(beats) + VarianceOfMean(beaten));
        return (area, new(Math.Max(0, area - margin), Math.Min(1, area + margin)));
    }

    private static double Placement(double[] sorted, double score) =>
        (Below(sorted, score, orEqual: false) + Below(sorted, score, orEqual: true)) / (2.0 * sorted.Length);

    private static double VarianceOfMean(double[] values)
    {
        if (values.Length < 2)
            return 0;
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length;
    }

    private static int Below(double[] sorted, double score, bool orEqual)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < score || (orEqual && sorted[middle] == score))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static double[] Sorted(IReadOnlyList<double> scores, string name)
    {
        ArgumentNullException.ThrowIfNull(scores, name);
        if (scores.Count == 0)
            throw new ArgumentException("The curve needs scores of both kinds, and there are none of this one.", name);
        var sorted = scores.ToArray();
        var unknown = Array.FindIndex(sorted, double.IsNaN);
        if (unknown >= 0)
            throw new ArgumentException($"Score {unknown} of {sorted.Length} is not a number: leave out texts without tokens.", name);
        Array.Sort(sorted);
        return sorted;
    }
}
