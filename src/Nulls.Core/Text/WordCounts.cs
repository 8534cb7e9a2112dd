using System.Runtime.InteropServices;

namespace Nulls.Text;

/// <summary>The distinct words of a corpus and how often each occurs, in bounded memory.</summary>
/// <remarks>
/// Words grow without end with a corpus: misspellings, names, numbers. When the table is full, the rarest words are forgotten until half
/// of it is free (as lossy counting does: Manku and Motwani, 2002). A frequent word loses at most what it had when it was still rare.
/// Below the bound, the order of the texts does not matter; above, it can change which rare words count.
/// </remarks>
/// <param name="splitsDigits">Whether every digit is a word of its own.</param>
/// <param name="addsPrefixSpace">Whether a text that does not begin with a space is given one.</param>
/// <param name="mostWords">The most words. The default is 2^18, which is what some 40 MB of English have.</param>
/// <param name="mostCharacters">The most characters of all words together. The default is 2^23.</param>
internal sealed class WordCounts(bool splitsDigits, bool addsPrefixSpace, int mostWords = 1 << 18, int mostCharacters = 1 << 23)
{
    private readonly Dictionary<string, long> _counts = [];
    private readonly WordSplitter _splitter = new(splitsDigits);
    private long _characters;

    /// <summary>Gets every word that is held and its count.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Counts the words of a text.</summary>
    public void Add(string text)
    {
        var counts = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var rest = Unicode.ReplaceHalfPairs(addsPrefixSpace ? BytePairModel.Prefixed(text) : text).AsSpan(); !rest.IsEmpty;)
        {
            var length = _splitter.MeasureWord(rest);
            CollectionsMarshal.GetValueRefOrAddDefault(counts, rest[..length], out var isKnown)++;
            rest = rest[length..];
            if (isKnown)
                continue;

            _characters += length;
            if (_counts.Count > mostWords || _characters > mostCharacters)
                Forget();
        }
    }

    private void Forget()
    {
        for (long rarest = 1; _counts.Count > mostWords / 2 || _characters > mostCharacters / 2; rarest *= 2)
        {
            foreach (var (word, count) in _counts)
            {
                if (count > rarest)
                    continue;
                _characters -= word.Length;
                _counts.Remove(word);
            }
        }
    }
}
