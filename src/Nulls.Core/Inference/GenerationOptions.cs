namespace Nulls.Inference;

/// <summary>How a text is continued.</summary>
public sealed record GenerationOptions
{
    /// <summary>Gets the most tokens to write. At least 1; the default is 64.</summary>
    /// <remarks>
    /// A text ends earlier when the model ends it, or where the model's context does. Of a start that is too long the last tokens are
    /// read: those that leave room for this many, but at least half of the context.
    /// </remarks>
    public int MaxTokens { get; init; } = 64;

    /// <summary>Gets the divisor of the logits before sampling. 0, the default, takes the likeliest token every time.</summary>
    public double Temperature { get; init; }

    /// <summary>Gets how many of the likeliest tokens may be drawn; 0, the default, means all.</summary>
    /// <remarks>Ignored when <see cref="Temperature"/> is 0.</remarks>
    public int TopK { get; init; }

    /// <summary>Gets the probability mass to draw from: the fewest likeliest tokens that cover it. Above 0 and at most 1; the default is 1.</summary>
    /// <remarks>A share of what <see cref="TopK"/> left. Ignored when <see cref="Temperature"/> is 0.</remarks>
    public double TopP { get; init; } = 1;

    /// <summary>Gets the least probability of a token that may be drawn, as a share of the likeliest token's. From 0 to 1; the default, 0, lets all be drawn.</summary>
    /// <remarks>Probabilities at <see cref="Temperature"/>. Ignored when that is 0.</remarks>
    public double MinP { get; init; }

    /// <summary>Gets the strings that end a completion, which stops before the one that is whole first. The default is none.</summary>
    /// <remarks>Compared character by character, wherever tokens begin and end, with what is written, not with the start that is continued.</remarks>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Gets the seed of the sampling. The default is 0.</summary>
    /// <remarks>Each text draws from a stream of its own, made from the seed and the text: what else is in its batch does not matter.</remarks>
    public int Seed { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
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
        if (!(MinP >= 0 && MinP <= 1))
            throw new ArgumentOutOfRangeException(nameof(MinP), MinP, "MinP must be from 0 (all tokens) to 1 (only the likeliest).");
        ArgumentNullException.ThrowIfNull(StopStrings);
        if (StopStrings.Any(string.IsNullOrEmpty))
            throw new ArgumentException("A stop string must have at least one character: an empty one would end every text at once. Leave it out.", nameof(StopStrings));
    }
}
