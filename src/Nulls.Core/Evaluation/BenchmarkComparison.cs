namespace Nulls.Evaluation;

/// <summary>What two models make of one benchmark.</summary>
public sealed record BenchmarkComparison
{
    /// <summary>Gets the benchmark's name: its file's.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what the model with sinks gets.</summary>
    public required BenchmarkAccuracy NullsAccuracy { get; init; }

    /// <summary>Gets what the model that it is compared with gets.</summary>
    public required BenchmarkAccuracy StandardAccuracy { get; init; }

    /// <summary>Gets the first's accuracy less the second's, question by question: from -1 to 1.</summary>
    public required MetricResult Difference { get; init; }

    /// <summary>Gets whether neither accuracy is two standard errors above chance: then the benchmark tells nothing of either model.</summary>
    public bool IsNearChance => IsNear(NullsAccuracy) && IsNear(StandardAccuracy);

    /// <summary>Gets whether the first is at most one standard error of the second's accuracy below it.</summary>
    public bool IsWithinStandardError => Difference.Value >= -(StandardAccuracy.Accuracy.StandardError ?? 0);

    private static bool IsNear(BenchmarkAccuracy measured) => measured.Accuracy.Value - measured.Chance <= 2 * (measured.Accuracy.StandardError ?? 0);
}
