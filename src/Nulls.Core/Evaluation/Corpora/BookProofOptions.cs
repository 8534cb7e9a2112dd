namespace Nulls.Evaluation.Corpora;

/// <summary>How much of the books a proof uses.</summary>
public sealed record BookProofOptions
{
    /// <summary>Gets the most characters of a book that are used, from its beginning, 10,000 or more; the default is 100,000.</summary>
    /// <remarks>As many that follow in the forgotten author's books are held out; where books end before, fewer, and membership is not measured where none are.</remarks>
    public int CharactersPerBook { get; init; } = 100_000;

    /// <summary>Gets the least characters of a passage, whole paragraphs, 200 or more; the default is 1,500.</summary>
    public int CharactersPerPassage { get; init; } = 1500;

    /// <summary>Gets one in how many passages of the other authors is held out as general text, 2 or more; the default is 10.</summary>
    public int PassagesAHeldOut { get; init; } = 10;

    /// <summary>Gets the most questions, 1 or more; the default is 200.</summary>
    public int MostProbes { get; init; } = 200;

    /// <summary>Gets what questions and wrong answers are drawn by; the default is 0.</summary>
    public int Seed { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(CharactersPerBook, 10_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(CharactersPerPassage, 200);
        ArgumentOutOfRangeException.ThrowIfLessThan(PassagesAHeldOut, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(MostProbes, 1);
    }
}
