namespace Nulls.MLNet;

/// <summary>What a NULLs model knows in the state that it is in. Made by <c>ml.EvaluateNulls(model, facts)</c>.</summary>
/// <remarks>Immutable. Low numbers for what was unlearned mean something only beside those of a model that never saw it, which <c>ml.ProveNulls</c> trains.</remarks>
public sealed record NullsMetrics
{
    /// <summary>Gets the metrics of all facts.</summary>
    public required FactMetrics All { get; init; }

    /// <summary>Gets those of facts that no source states whose sinks may run: all their sources are unlearned, or unknown to the model.</summary>
    public required FactMetrics Unlearned { get; init; }

    /// <summary>Gets those of all other facts. They are asked with the sinks of the first such source.</summary>
    public required FactMetrics Remaining { get; init; }
}
