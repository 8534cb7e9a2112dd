using Microsoft.ML.Tokenizers;

namespace Nulls.Text;

/// <summary>Encodes text word by word, and remembers what words became: most of a text is words seen before. Not for several threads.</summary>
/// <param name="splitter">Splits a text into words.</param>
/// <param name="tokenizer">Encodes a word.</param>
internal sealed class WordEncoder(WordSplitter splitter, BpeTokenizer tokenizer)
{
    // Some 4 MB at most. A full memory begins anew: what is frequent is soon back.
    private const int MostWords = 1 << 15;
    private const int LongestWord = 32;

    private readonly Dictionary<string, int[]> _tokensOfWord = [];
    private readonly List<int> _tokens = [];

    /// <summary>Encodes a text without half surrogate pairs.</summary>
    public int[] Encode(string text)
    {
        _tokens.Clear();
        var known = _tokensOfWord.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            var word = rest[..splitter.MeasureWord(rest)];
            rest = rest[word.Length..];
            if (!known.TryGetValue(word, out var tokens))
            {
                tokens = [.. tokenizer.EncodeToIds(word, considerPreTokenization: false)];
                Remember(word, tokens);
            }

            _tokens.AddRange(tokens.AsSpan());
        }

        return [.. _tokens];
    }

    private void Remember(ReadOnlySpan<char> word, int[] tokens)
    {
        if (word.Length > LongestWord)
            return;
        if (_tokensOfWord.Count == MostWords)
            _tokensOfWord.Clear();
        _tokensOfWord.Add(word.ToString(), tokens);
    }
}
