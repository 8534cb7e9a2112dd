using System.Text;
using System.Text.RegularExpressions;

namespace Nulls.Tests.Text;

/// <summary>Byte-level BPE straight from its definition, sharing nothing with the code under test: every count anew for every merge, every merge over the whole text.</summary>
internal static partial class NaiveBytePairs
{
    /// <summary>Bytes as GPT-2 writes them (openai/gpt-2 encoder.py, bytes_to_unicode): the visible ones of Latin-1 first, then the others from U+0100 on.</summary>
    private static readonly Dictionary<byte, string> s_characters = CreateCharacters();

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Gpt2Pattern { get; }

    [GeneratedRegex(@"\p{N}|\P{N}+")]
    private static partial Regex DigitsPattern { get; }

    /// <summary>The words of a text without surrogates; .NET's expressions know no characters beyond U+FFFF.</summary>
    public static IEnumerable<string> Words(string text, bool splitsDigits) =>
        (splitsDigits ? DigitsPattern.Matches(text).Select(match => match.Value) : [text])
        .SelectMany(part => Gpt2Pattern.Matches(part).Select(match => match.Value));

    public static List<(string Left, string Right)> Train(IEnumerable<string> texts, int mergeCount, bool splitsDigits)
    {
        var words = texts.SelectMany(text => Words(text, splitsDigits)).Select(Transcribe).ToList();
        var ids = s_characters.Values.Order(StringComparer.Ordinal).Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);
        var merges = new List<(string, string)>();
        while (ids.Count < 256 + mergeCount)
        {
            var counts = words.SelectMany(word => word.Zip(word.Skip(1))).GroupBy(pair => pair).Select(group => (Pair: group.Key, Count: group.Count())).ToList();
            var best = counts.Where(entry => entry.Count >= 2).OrderByDescending(entry => entry.Count)
                .ThenBy(entry => ids[entry.Pair.First]).ThenBy(entry => ids[entry.Pair.Second]).Select(entry => entry.Pair).FirstOrDefault();
            if (best == default)
                break;
            merges.Add(best);
            ids.TryAdd(best.First + best.Second, ids.Count);
            words = words.ConvertAll(word => Merge(word, best));
        }
        return merges;
    }

    public static List<string> Encode(string text, IReadOnlyList<(string Left, string Right)> merges, bool splitsDigits)
    {
        var tokens = new List<string>();
        foreach (string word in Words(text, splitsDigits))
        {
            var parts = Transcribe(word);
            foreach (var merge in merges)
                parts = Merge(parts, merge);
            tokens.AddRange(parts);
        }
        return tokens;
    }

    private static List<string> Merge(List<string> word, (string Left, string Right) merge)
    {
        var merged = new List<string>();
        for (int i = 0; i < word.Count; i++)
        {
            if (i + 1 < word.Count && (word[i], word[i + 1]) == merge)
                merged.Add(word[i] + word[++i]);
            else
                merged.Add(word[i]);
        }
        return merged;
    }

    private static List<string> Transcribe(string word) => [.. Encoding.UTF8.GetBytes(word).Select(value => s_characters[value])];

    private static Dictionary<byte, string> CreateCharacters()
    {
        var visible = Enumerable.Range(33, 94).Concat(Enumerable.Range(161, 12)).Concat(Enumerable.Range(174, 82)).ToList();
        var hidden = Enumerable.Range(0, 256).Except(visible).ToList();
        return visible.Select(value => (value, code: value)).Concat(hidden.Select((value, place) => (value, code: 256 + place)))
            .ToDictionary(pair => (byte)pair.value, pair => ((char)pair.code).ToString());
    }
}
