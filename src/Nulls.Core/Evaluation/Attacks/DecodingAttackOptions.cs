namespace Nulls.Evaluation.Attacks;

/// <summary>The budget of <see cref="DecodingAttack"/>.</summary>
public sealed record DecodingAttackOptions
{
    /// <summary>Gets the temperatures, each above 0; the default is 0.5, 1 and 1.5. Greedy decoding is always tried too.</summary>
    public IReadOnlyList<double> Temperatures { get; init; } = [0.5, 1, 1.5];

    /// <summary>Gets how many completions are drawn at each temperature, 1 or more; the default is 8.</summary>
    public int SamplesPerTemperature { get; init; } = 8;

    /// <summary>Gets how many of the likeliest tokens may be drawn; 0 means all, and the default is 40.</summary>
    public int TopK { get; init; } = 40;

    /// <summary>Gets the most tokens of a completion, 1 or more; the default is 8.</summary>
    public int MaxTokens { get; init; } = 8;

    /// <summary>Gets what is drawn by; the default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public void Validate()
    {
        if (Temperatures.Any(temperature => !(temperature > 0 && double.IsFinite(temperature))))
            throw new ArgumentOutOfRangeException(nameof(Temperatures), string.Join(", ", Temperatures), "Temperatures must be finite numbers above 0; greedy decoding is tried in any case.");
        ArgumentOutOfRangeException.ThrowIfLessThan(SamplesPerTemperature, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(TopK);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTokens, 1);
    }
}
