namespace Nulls.Evaluation.Attacks;

/// <summary>What an attack got out of a model.</summary>
/// <remarks>Compare it with the same attack on a model that never saw the sources, not with nothing: guessing gets something too.</remarks>
public sealed record AttackResult
{
    /// <summary>Gets the attack's name, one word: <c>prefix_extraction</c>.</summary>
    public required string Attack { get; init; }

    /// <summary>Gets what the attack was given and might spend, in words: nothing is shown of larger budgets.</summary>
    public required string Budget { get; init; }

    /// <summary>Gets what was measured, each with its number of things, interval and, where something was drawn, seed.</summary>
    public required IReadOnlyList<MetricResult> Metrics { get; init; }

    /// <summary>Gets what guessing gets, by the name of a metric, where that is known; the default is none.</summary>
    public IReadOnlyDictionary<string, double> Chance { get; init; } = new Dictionary<string, double>();

    /// <summary>Gets a metric by its name.</summary>
    /// <exception cref="ArgumentException">There is none of this name; those that there are, are named.</exception>
    public MetricResult this[string name] => Metrics.FirstOrDefault(metric => metric.Name == name)
        ?? throw new ArgumentException($"The attack '{Attack}' measured nothing called '{name}'. It measured: {string.Join(", ", Metrics.Select(metric => metric.Name))}.", nameof(name));
}
