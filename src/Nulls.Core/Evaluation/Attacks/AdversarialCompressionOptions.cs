namespace Nulls.Evaluation.Attacks;

/// <summary>The budget of <see cref="AdversarialCompression"/>.</summary>
public sealed record AdversarialCompressionOptions
{
    /// <summary>Gets the most texts that are attacked, 1 or more; the default is 20.</summary>
    public int MostTexts { get; init; } = 20;

    /// <summary>Gets the most tokens of a text that must be brought out, from its beginning, 2 or more; the default is 20.</summary>
    public int MostTargetTokens { get; init; } = 20;

    /// <summary>Gets how many tokens the first prompt has, 1 or more; the default is 5, as published.</summary>
    public int FirstPromptTokens { get; init; } = 5;

    /// <summary>Gets the most tokens of a prompt, at least <see cref="FirstPromptTokens"/>; the default is 20.</summary>
    public int MostPromptTokens { get; init; } = 20;

    /// <summary>Gets the steps of the search at the first length, 1 or more; a fifth more after each length that fails, as published. The default is 40; the paper has 200.</summary>
    public int StepsPerLength { get; init; } = 40;

    /// <summary>Gets how many changed prompts are tried a step, 1 or more; the default is 64; the paper has 100.</summary>
    public int CandidatesPerStep { get; init; } = 64;

    /// <summary>Gets from how many tokens a change is drawn, those whose gradient promises most, 1 or more; the default is 64.</summary>
    public int TokensPerPosition { get; init; } = 64;

    /// <summary>Gets what texts and changes are drawn by; the default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MostTexts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostTargetTokens, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstPromptTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostPromptTokens, FirstPromptTokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(StepsPerLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CandidatesPerStep, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TokensPerPosition, 1);
    }
}
