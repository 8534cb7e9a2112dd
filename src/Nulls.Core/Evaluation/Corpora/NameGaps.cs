using System.Text.RegularExpressions;

namespace Nulls.Evaluation.Corpora;

/// <summary>Questions from prose: a sentence cut before the name of a character that no other text has.</summary>
internal static partial class NameGaps
{
    private const int FewestOccurrences = 8;
    private const int MostPerName = 12;
    private const int AlternativeCount = 9;
    private const int MostWords = 40;
    private const int FewestWords = 12;

    /// <param name="source">The key of the source that has the texts.</param>
    /// <param name="texts">Its texts, which are asked about.</param>
    /// <param name="books">All that its author wrote: wrong answers are names of these.</param>
    /// <param name="others">The texts of others.</param>
    /// <param name="most">The most questions.</param>
    /// <param name="random">What they are drawn by.</param>
    /// <exception cref="ArgumentException">Too few names are found.</exception>
    public static IReadOnlyList<ProofProbe> Make(string source, IReadOnlyList<string> texts, IReadOnlyList<string> books, IReadOnlyList<string> others, int most, Random random)
    {
        var foreign = others.SelectMany(WordsOf).ToHashSet();
        var common = books.SelectMany(WordsOf).Where(word => char.IsLower(word[0])).ToHashSet();
        string[] names =
        [
            .. books.SelectMany(text => Names().Matches(text)).CountBy(match => match.Value).Where(name => name.Value >= FewestOccurrences).Select(name => name.Key)
                .Where(name => !foreign.Contains(name) && !common.Contains(name.ToLowerInvariant())).Order(StringComparer.Ordinal),
        ];
        if (names.Length <= AlternativeCount)
            throw new ArgumentException($"The books of '{source}' have {names.Length} names that stand in no other text, and questions need more than {AlternativeCount}. Use more books.");

        var probes = new List<ProofProbe>();
        var known = names.ToHashSet();
        var places = texts.SelectMany(text => Names().Matches(text).Select(match => (Text: text, match.Index, Name: match.Value))).Where(place => known.Contains(place.Name));
        foreach (var group in places.GroupBy(place => place.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var asked = 0;
            foreach (var (text, index, name) in group)
            {
                var prompt = Before(text, index);
                if (asked == MostPerName || prompt is null || prompt.Contains(name, StringComparison.Ordinal))
                    continue;
                var alternatives = random.Permutation(names.Length).Select(i => names[i]).Where(other => other != name).Take(AlternativeCount);
                probes.Add(new ProofProbe(FactKind.Unique, prompt, name, [.. alternatives], [source]));
                asked++;
            }
        }

        if (probes.Count == 0)
            throw new ArgumentException($"The texts of '{source}' name nobody inside a long sentence, so that there is nothing to ask. Use more of each book.");
        return [.. random.Permutation(probes.Count).Take(most).Select(i => probes[i])];
    }

    // The words before a place, of the same paragraph; null when they are few.
    private static string? Before(string text, int index)
    {
        var line = text[(text.LastIndexOf('\n', index) + 1)..index].TrimEnd();
        var words = line.Split(' ');
        return words.Length < FewestWords ? null : string.Join(' ', words[Math.Max(0, words.Length - MostWords)..]);
    }

    private static IEnumerable<string> WordsOf(string text) => Words().Matches(text).Select(match => match.Value);

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Words();

    // Inside a sentence: after a word in small letters, or a title.
    [GeneratedRegex(@"(?<=(?:\b\p{Ll}+,?|\bMr\.|\bMrs\.|\bMiss|\bLady|\bSir|\bCaptain|\bColonel) )\p{Lu}\p{Ll}{3,}\b")]
    private static partial Regex Names();
}
