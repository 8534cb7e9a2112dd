namespace Nulls.Evaluation.Suite;

/// <summary>Looks numbers up for claims, and compares them over seeds.</summary>
internal sealed class ClaimNumbers(IReadOnlyList<ProofMeasurement> measurements)
{
    private readonly ILookup<(string System, string Metric, string Type, int? Step), ProofMeasurement> _numbers =
        measurements.ToLookup(number => (number.System, number.Metric, number.FactType, number.Step));

    /// <summary>Lists a number of a system, one a seed.</summary>
    public IReadOnlyList<ProofMeasurement> Of(string system, string metric, string type, int? step = null) => [.. _numbers[(system, metric, type, step)]];

    /// <summary>Lists the facts that a metric was measured on.</summary>
    public IReadOnlyList<string> Types(string system, string metric) =>
        [.. measurements.Where(number => number.System == system && number.Metric == metric).Select(number => number.FactType).Distinct()];

    /// <summary>Lists the steps of a curve.</summary>
    public IReadOnlyList<int> Steps(string system, string metric) =>
        [.. measurements.Where(number => number.System == system && number.Metric == metric).Select(number => number.Step).OfType<int>().Distinct().Order()];

    /// <summary>The share over all seeds, with Wilson's interval over all that was asked; null when it was not measured.</summary>
    public Averaged? Share(string system, string metric, string type, int? step = null)
    {
        var numbers = Of(system, metric, type, step);
        if (numbers.Count == 0 || numbers.Any(number => double.IsNaN(number.Value)))
            return null;
        var count = numbers.Sum(number => number.Count);
        var mean = numbers.Average(number => number.Value);
        return new Averaged(mean, count, count > 0 && mean is >= 0 and <= 1 ? ConfidenceInterval.Wilson((long)Math.Round(mean * count), count) : null);
    }

    /// <summary>The difference of two shares, with the interval of independent samples; null when one was not measured.</summary>
    public Averaged? Difference(string system, string other, string metric, string type, int? step = null)
    {
        if (Share(system, metric, type, step) is not { } ours || Share(other, metric, type, step) is not { } theirs)
            return null;
        var margin = ConfidenceInterval.StandardErrors * Math.Sqrt(Variance(ours) + Variance(theirs));
        var difference = ours.Value - theirs.Value;
        return new Averaged(difference, ours.Count, new ConfidenceInterval(difference - margin, difference + margin));
    }

    /// <summary>The mean distance of two systems over all pairs of their seeds; of a system from itself, over pairs of different seeds. Null when there is no pair.</summary>
    public double? Distance(string system, string other, string metric, string type)
    {
        double[] distances =
        [
            ..
            from ours in Of(system, metric, type)
            from theirs in Of(other, metric, type)
            where system != other || ours.Seed < theirs.Seed
            select Math.Abs(ours.Value - theirs.Value),
        ];
        return distances.Length == 0 || distances.Any(double.IsNaN) ? null : distances.Average();
    }

    /// <summary>Half the 95 % interval of the difference of two shares near a value, each of so many questions; with one more right and one more wrong, so that shares of 0 and 1 have an error too.</summary>
    public static double SamplingError(double share, int count)
    {
        var smoothed = ((share * count) + 1) / (count + 2);
        return ConfidenceInterval.StandardErrors * Math.Sqrt(2 * smoothed * (1 - smoothed) / count);
    }

    private static double Variance(Averaged share) => share.Count == 0 || share.Value is < 0 or > 1 ? 0 : share.Value * (1 - share.Value) / share.Count;

    /// <summary>A number over all seeds.</summary>
    internal readonly record struct Averaged(double Value, int Count, ConfidenceInterval? Interval);
}
