namespace Nulls.Text;

/// <summary>STUB.</summary>
public sealed record TokenizerOptions
{
    /// <summary>Gets the tokens to train, special tokens included.</summary>
    public int VocabularySize { get; init; } = 4096;
    public string? VocabularyFile { get; init; }
    public string? MergesFile { get; init; }
    public string? TokenizerJsonFile { get; init; }
    public void Validate() { }
}
