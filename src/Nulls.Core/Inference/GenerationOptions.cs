namespace Nulls.Inference;

/// <summary>How a text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>Gets the most tokens to write. At least 1; the default is 64.</summary>
    public int MaxTokens { get; init; } = 64;

    /// <summary>Gets the divisor of the logits before sampling. 0, the default, takes the likeliest token every time.</summary>
    public double Temperature { get; init; }

    /// <summary>Gets how many of the likeliest tokens may be drawn; 0, the default, means all.</summary>
    /// <remarks>Ignored when <see cref="Temperature"/> is 0.</remarks>
    public int TopK { get; init; }

    /// <summary>Gets the smallest probability mass that the drawable tokens cover. Above 0 and at most 1; the default is 1.</summary>
    /// <remarks>Ignored when <see cref="Temperature"/> is 0.</remarks>
    public double TopP { get; init; } = 1;

    /// <summary>Gets the seed of the sampling; each text of a batch draws from its own stream. The default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public void Validate()
    {
        if (MaxTokens < 1)
            throw new ArgumentOutOfRangeException(nameof(MaxTokens), MaxTokens, "A completion needs at least 1 token: set MaxTokens to 1 or more.");
        if (!(Temperature >= 0 && double.IsFinite(Temperature)))
            throw new ArgumentOutOfRangeException(nameof(Temperature), Temperature, "The temperature must be 0 (likeliest token) or a finite number above it.");
        if (TopK < 0)
            throw new ArgumentOutOfRangeException(nameof(TopK), TopK, "TopK must be 0 (all tokens) or the number of tokens to draw from.");
        if (!(TopP > 0 && TopP <= 1))
            throw new ArgumentOutOfRangeException(nameof(TopP), TopP, "TopP must be above 0 and at most 1.");
    }
}
