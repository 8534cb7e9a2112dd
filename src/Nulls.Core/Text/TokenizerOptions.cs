namespace Nulls.Text;

/// <summary>Where a model's tokenizer comes from: trained on the corpus, which is the default, or read from the files of an existing byte-level tokenizer.</summary>
/// <remarks>An existing tokenizer is given by <see cref="VocabularyFile"/> with <see cref="MergesFile"/>, or by <see cref="TokenizerJsonFile"/>, never by both.</remarks>
public sealed record TokenizerOptions
{
    /// <summary>The least <see cref="VocabularySize"/>: a token for each of the 256 bytes, and the end of text.</summary>
    public const int MinimumVocabularySize = 257;

    /// <summary>Gets the most tokens that training may make, the 256 bytes and the end of text included. At least <see cref="MinimumVocabularySize"/>; the default is 4096.</summary>
    /// <remarks>A corpus with too few pairs of tokens that occur twice gives a smaller vocabulary. Ignored when the tokenizer is read from files.</remarks>
    public int VocabularySize { get; init; } = 4096;

    /// <summary>Gets a value indicating whether every digit is a token of its own. The default is false: digits are merged like letters, as GPT-2 does.</summary>
    /// <remarks>SmolLM2's files need true. Ignored with <see cref="TokenizerJsonFile"/>, which says it itself.</remarks>
    public bool SplitsDigits { get; init; }

    /// <summary>Gets a value indicating whether a text that does not begin with a space is given one, so that its first word is the token that it is elsewhere. Null, the default, does so for a trained tokenizer that does not split digits.</summary>
    /// <remarks>Ignored with <see cref="TokenizerJsonFile"/>, which says it itself; GPT-2's and SmolLM2's files need false.</remarks>
    public bool? AddsPrefixSpace { get; init; }

    /// <summary>Gets the path of a vocabulary in GPT-2's form, usually <c>vocab.json</c>: one JSON object of tokens and ids. The default is null: none.</summary>
    public string? VocabularyFile { get; init; }

    /// <summary>Gets the path of the merges that belong to <see cref="VocabularyFile"/>, usually <c>merges.txt</c>: a pair of tokens a line, first merge first. The default is null: none.</summary>
    public string? MergesFile { get; init; }

    /// <summary>Gets the path of a Hugging Face <c>tokenizer.json</c> with a byte-level BPE model. The default is null: none.</summary>
    public string? TokenizerJsonFile { get; init; }

    /// <summary>Checks that the options name one way to a tokenizer and that its files exist.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="VocabularySize"/> is less than <see cref="MinimumVocabularySize"/>.</exception>
    /// <exception cref="ArgumentException">A path is empty, one of <see cref="VocabularyFile"/> and <see cref="MergesFile"/> is missing, or both ways to an existing tokenizer are given.</exception>
    /// <exception cref="FileNotFoundException">A named file does not exist.</exception>
    public void Validate()
    {
        if (VocabularySize < MinimumVocabularySize)
            throw new ArgumentOutOfRangeException(nameof(VocabularySize), VocabularySize,
                $"The vocabulary must have at least {MinimumVocabularySize} tokens: the 256 bytes and the end of text.");
        if (TokenizerJsonFile is not null && (VocabularyFile is not null || MergesFile is not null))
            throw new ArgumentException(
                $"A tokenizer comes from {nameof(TokenizerJsonFile)} or from {nameof(VocabularyFile)} and {nameof(MergesFile)}, but both are given. Leave one out.",
                nameof(TokenizerJsonFile));
        if (VocabularyFile is not null && MergesFile is null)
            throw new ArgumentException(
                $"{nameof(VocabularyFile)} '{VocabularyFile}' is given without {nameof(MergesFile)}. Give the merges.txt that belongs to it.", nameof(MergesFile));
        if (MergesFile is not null && VocabularyFile is null)
            throw new ArgumentException(
                $"{nameof(MergesFile)} '{MergesFile}' is given without {nameof(VocabularyFile)}. Give the vocab.json that belongs to it.", nameof(VocabularyFile));
        if (AddsPrefixSpace == true && SplitsDigits)
            throw new ArgumentException(
                $"{nameof(AddsPrefixSpace)} and {nameof(SplitsDigits)} are both true, but the Hugging Face form would then put a space before every digit. Set one to false.",
                nameof(AddsPrefixSpace));
        CheckFile(VocabularyFile, nameof(VocabularyFile));
        CheckFile(MergesFile, nameof(MergesFile));
        CheckFile(TokenizerJsonFile, nameof(TokenizerJsonFile));
    }

    private static void CheckFile(string? path, string optionName)
    {
        if (path is null)
            return;
        if (string.IsNullOrWhiteSpace(path))
            throw new ArgumentException($"{optionName} is empty. Give the path of a file, or null for none.", optionName);
        if (!File.Exists(path))
            throw new FileNotFoundException($"The tokenizer's file '{path}' ({optionName}) does not exist. Check the path.", path);
    }
}
