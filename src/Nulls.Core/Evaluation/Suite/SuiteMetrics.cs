namespace Nulls.Evaluation.Suite;

/// <summary>Numbers that were measured, as the report has them.</summary>
internal static class SuiteMetrics
{
    public static ProofMeasurement ToMeasurement(this MetricResult result, string system, string factType, int seed, string? name = null) =>
        new(system, name ?? result.Name, factType, seed, result.Value, result.Count, result.Interval);
}
