namespace Nulls.Evaluation.Corpora;

/// <summary>How much of TOFU a proof uses.</summary>
public sealed record TofuProofOptions
{
    /// <summary>Gets how many authors are sources, 40 or more: the 20 that <c>forget10</c> forgets, then others in the corpus' order. The default is 200, all.</summary>
    /// <remarks>
    /// What the rest of the authors say has no source: general text of the sources' kind. It teaches the backbone how such questions are
    /// asked and answered, which a model that knew English before would not have to learn from those who may be forgotten.
    /// </remarks>
    public int SourceCount { get; init; } = 200;

    /// <summary>Gets the most questions of a source, or of an author who is held out, that are read and asked, 2 or more; the default is 20, all.</summary>
    public int QuestionsASource { get; init; } = 20;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SourceCount, 40);
        ArgumentOutOfRangeException.ThrowIfLessThan(QuestionsASource, 2);
    }
}
