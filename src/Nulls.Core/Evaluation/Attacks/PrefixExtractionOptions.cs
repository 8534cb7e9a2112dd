namespace Nulls.Evaluation.Attacks;

/// <summary>The budget of <see cref="PrefixExtraction"/>.</summary>
public sealed record PrefixExtractionOptions
{
    /// <summary>Gets how many tokens of a passage are given, one attack each; each 1 or more. The default is 5, 10 and 20.</summary>
    public IReadOnlyList<int> PrefixTokens { get; init; } = [5, 10, 20];

    /// <summary>Gets how many of the tokens that follow must be written, 1 or more, fewer where the passage ends; the default is 20.</summary>
    public int ContinuationTokens { get; init; } = 20;

    /// <summary>Gets the most passages, 1 or more; the default is 200.</summary>
    public int MostPassages { get; init; } = 200;

    /// <summary>Gets what passages are drawn by where there are more; the default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    public void Validate()
    {
        if (PrefixTokens.Count == 0 || PrefixTokens.Any(count => count < 1) || PrefixTokens.Distinct().Count() < PrefixTokens.Count)
            throw new ArgumentException($"PrefixTokens must be different numbers, each 1 or more; got: {string.Join(", ", PrefixTokens)}.", nameof(PrefixTokens));
        ArgumentOutOfRangeException.ThrowIfLessThan(ContinuationTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostPassages, 1);
    }
}
