namespace Nulls.Evaluation.Corpora;

/// <summary>How much of a file of articles a proof uses.</summary>
public sealed record ArticleProofOptions
{
    /// <summary>Gets the number of people's articles that are sources, 5 or more; the default is 100.</summary>
    public int SourceCount { get; init; } = 100;

    /// <summary>Gets the most articles of no source that are trained on, 0 or more; the default is 1,000.</summary>
    public int GeneralCount { get; init; } = 1000;

    /// <summary>Gets how many articles of people, and how many others, are held out, 1 or more; the default is 50.</summary>
    public int HeldOutCount { get; init; } = 50;

    /// <summary>Gets the most characters of an article that are read, 200 or more; the default is 4,000.</summary>
    public int MostCharacters { get; init; } = 4000;

    /// <summary>Gets what the choice is drawn by; the default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SourceCount, 5);
        ArgumentOutOfRangeException.ThrowIfNegative(GeneralCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(HeldOutCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostCharacters, 200);
    }
}
