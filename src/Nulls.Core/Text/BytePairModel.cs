namespace Nulls.Text;

/// <summary>What a byte-level BPE tokenizer is made of, wherever it comes from.</summary>
/// <param name="Vocabulary">The id of every token. Tokens are written in <see cref="ByteAlphabet"/>, special ones as they are.</param>
/// <param name="Merges">The pairs of tokens that are merged, first merge first.</param>
/// <param name="SpecialTokens">The tokens that no text produces, with their ids; also in <paramref name="Vocabulary"/>.</param>
/// <param name="SplitsDigits">Whether every digit is a word of its own.</param>
/// <param name="AddsPrefixSpace">Whether a text that does not begin with a space is given one, so that its first word is the token that it is elsewhere.</param>
internal sealed record BytePairModel(
    IReadOnlyDictionary<string, int> Vocabulary,
    IReadOnlyList<(string Left, string Right)> Merges,
    IReadOnlyDictionary<string, int> SpecialTokens,
    bool SplitsDigits,
    bool AddsPrefixSpace)
{
    /// <summary>The special token that begins and ends a document.</summary>
    public const string EndOfText = "<|endoftext|>";

    /// <summary>The text with a space in front, unless it has one or is empty.</summary>
    public static string Prefixed(string text) => text.Length > 0 && text[0] != ' ' ? " " + text : text;

    /// <summary>Checks that the parts fit together.</summary>
    /// <param name="origin">What the model was read from, for messages.</param>
    /// <exception cref="InvalidDataException">They do not.</exception>
    public void Validate(string origin)
    {
        var isTaken = new bool[Vocabulary.Count];
        foreach (var (token, id) in Vocabulary)
        {
            if (id < 0 || id >= isTaken.Length || isTaken[id])
                throw new InvalidDataException(
                    $"The {isTaken.Length} tokens in {origin} must have the ids 0 to {isTaken.Length - 1}, each once, but '{token}' has {id}. Is the file whole?");
            isTaken[id] = true;
        }
        if (!SpecialTokens.ContainsKey(EndOfText))
            throw new InvalidDataException($"The tokenizer in {origin} has no special token '{EndOfText}', which every document begins and ends with. Use a tokenizer that has it.");

        var seen = new HashSet<(string, string)>();
        foreach (var merge in Merges)
        {
            foreach (string token in (ReadOnlySpan<string>)[merge.Left, merge.Right, merge.Left + merge.Right])
            {
                if (!Vocabulary.ContainsKey(token))
                    throw new InvalidDataException(
                        $"The merge of '{merge.Left}' and '{merge.Right}' in {origin} needs the token '{token}', which the vocabulary lacks. Do vocabulary and merges belong together?");
                if (!token.All(ByteAlphabet.Contains))
                    throw new InvalidDataException(
                        $"The token '{token}' in {origin} is not written in bytes as GPT-2 writes them. Only byte-level BPE is supported.");
            }
            if (!seen.Add(merge))
                throw new InvalidDataException($"The merge of '{merge.Left}' and '{merge.Right}' is listed twice in {origin}. Is the file whole?");
        }
    }
}
