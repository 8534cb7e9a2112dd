using Nulls.Evaluation;
using Nulls.Evaluation.Suite;

namespace Nulls.Reports;

/// <summary>One number of all seeds.</summary>
internal sealed record SeedNumbers(string System, string Metric, string FactType, int? Step, IReadOnlyList<ProofMeasurement> Seeds)
{
    /// <summary>Gets the mean over the seeds that have a number; NaN where none has.</summary>
    public double Mean
    {
        get
        {
            double[] known = [.. Seeds.Select(seed => seed.Value).Where(value => !double.IsNaN(value))];
            return known.Length == 0 ? double.NaN : known.Average();
        }
    }

    /// <summary>Gets what reaches from the lowest to the highest end of the seeds' intervals, or of their numbers where these have none; null for a single number without.</summary>
    public ConfidenceInterval? Reach
    {
        get
        {
            ProofMeasurement[] known = [.. Seeds.Where(seed => !double.IsNaN(seed.Value))];
            if (known.Length == 0 || (known.Length == 1 && known[0].Interval is null))
                return null;
            return new(known.Min(seed => seed.Interval?.Lower ?? seed.Value), known.Max(seed => seed.Interval?.Upper ?? seed.Value));
        }
    }

    public static IReadOnlyList<SeedNumbers> Of(IEnumerable<ProofMeasurement> measurements) =>
        [.. measurements.GroupBy(number => (number.System, number.Metric, number.FactType, number.Step))
            .Select(group => new SeedNumbers(group.Key.System, group.Key.Metric, group.Key.FactType, group.Key.Step, [.. group.OrderBy(number => number.Seed)]))];
}
