namespace Nulls.Evaluation;

/// <summary>A number that was measured, with what it was measured on.</summary>
public sealed record MetricResult
{
    /// <summary>Gets the metric's name, one word as in OpenUnlearning: <c>forget_Truth_Ratio</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the number; NaN when it could not be measured.</summary>
    public required double Value { get; init; }

    /// <summary>Gets how many things it was measured on; the default is 0, for a number that is no mean.</summary>
    public int Count { get; init; }

    /// <summary>Gets the standard error over the things; null, the default, when not known.</summary>
    public double? StandardError { get; init; }

    /// <summary>Gets the 95 % confidence interval; null, the default, when not known.</summary>
    public ConfidenceInterval? Interval { get; init; }

    /// <summary>Gets the seed of the model or of the measurement; null, the default, when there is none.</summary>
    public int? Seed { get; init; }

    /// <summary>Gets the single values by statistic, in the order of the things: <c>prob</c>, <c>avg_loss</c>, <c>score</c>. All lists are equally long; the default is none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> ValuesByIndex { get; init; } = new Dictionary<string, IReadOnlyList<double>>();

    /// <summary>Makes the mean of values, with its standard error and the interval of the normal distribution.</summary>
    /// <param name="name">The metric's name.</param>
    /// <param name="values">The values. Those that are NaN are kept in the list and left out of the mean, as OpenUnlearning does with its None.</param>
    /// <param name="statistic">What the values are called; the default is <c>score</c>.</param>
    public static MetricResult OfMean(string name, IReadOnlyList<double> values, string statistic = "score")
    {
        ArgumentNullException.ThrowIfNull(values);
        var known = values.Where(value => !double.IsNaN(value)).ToArray();
        var mean = known.Length == 0 ? double.NaN : known.Average();
        double? error = known.Length < 2
            ? null
            : Math.Sqrt(known.Sum(value => (value - mean) * (value - mean)) / (known.Length - 1) / known.Length);
        return new MetricResult
        {
            Name = name,
            Value = mean,
            Count = known.Length,
            StandardError = error,
            Interval = error is { } width ? new ConfidenceInterval(mean - (ConfidenceInterval.StandardErrors * width), mean + (ConfidenceInterval.StandardErrors * width)) : null,
            ValuesByIndex = new Dictionary<string, IReadOnlyList<double>> { [statistic] = values },
        };
    }

    /// <summary>Makes the share of things that came out right, with its standard error and Wilson interval.</summary>
    /// <param name="name">The metric's name.</param>
    /// <param name="isRight">Whether each came out right.</param>
    /// <param name="statistic">What the single values, 0 and 1, are called; the default is <c>score</c>.</param>
    public static MetricResult OfProportion(string name, IReadOnlyList<bool> isRight, string statistic = "score")
    {
        ArgumentNullException.ThrowIfNull(isRight);
        var mean = OfMean(name, [.. isRight.Select(right => right ? 1.0 : 0.0)], statistic);
        return isRight.Count == 0 ? mean : mean with { Interval = ConfidenceInterval.Wilson(isRight.Count(right => right), isRight.Count) };
    }
}
