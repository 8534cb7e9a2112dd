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
    /// <param name="texts">Its texts.</param>
    /// <param name="others">The texts of others.</param>
    /// <param name="most">The most questions.</param>
    /// <param name="random">What they are drawn by.</param>
    /// <exception cref="ArgumentException">Too few names are found.</exception>
    public static IReadOnlyList<ProofProbe> Make(string source, IReadOnlyList<string> texts, IReadOnlyList<string> others, int most, Random random)
    {
        var foreign = others.SelectMany(text => Words().Matches(text).Select(match => match.Value)).ToHashSet();
        var common = texts.SelectMany(text => Words().Matches(text).Select(match => match.Value)).Where(word => char.IsLower(word[0])).ToHashSet();
        var places = texts.SelectMany((text, i) => Names().Matches(text).Select(match => (Text: i, match.Index, Name: match.Value)))
            .Where(place => !foreign.Contains(place.Name) && !common.Contains(place.Name.ToLowerInvariant()))
            .GroupBy(place => place.Name).Where(group => group.Count() >= FewestOccurrences).OrderBy(group => group.Key, StringComparer.Ordinal).ToArray();
        string[] names = [.. places.Select(group => group.Key)];
        if (names.Length <= AlternativeCount)
            throw new ArgumentException($"The texts of '{source}' have {names.Length} names that stand in no other text, and questions need more than {AlternativeCount}. Use more of each book.");

        var probes = new List<ProofProbe>();
        foreach (var group in places)
        {
            var asked = 0;
            foreach (var (text, index, name) in group)
            {
                var prompt = Before(texts[text], index);
                if (asked == MostPerName || prompt is null || prompt.Contains(name, StringComparison.Ordinal))
                    continue;
                var alternatives = random.Permutation(names.Length).Select(i => names[i]).Where(other => other != name).Take(AlternativeCount);
                probes.Add(new ProofProbe(FactKind.Unique, prompt, name, [.. alternatives], [source]));
                asked++;
            }
        }

        return [.. random.Permutation(probes.Count).Take(most).Select(i => probes[i])];
    }

    // The words before a place, of the same paragraph; null when they are few.
    private static string? Before(string text, int index)
    {
        var line = text[(text.LastIndexOf('\n', index) + 1)..index].TrimEnd();
        var words = line.Split(' ');
        return words.Length < FewestWords ? null : string.Join(' ', words[Math.Max(0, words.Length - MostWords)..]);
    }

    [GeneratedRegex(@"\p{L}+")]
    private static partial Regex Words();

    // Inside a sentence: after a word in small letters, or a title.
    [GeneratedRegex(@"(?<=(?:\b\p{Ll}+,?|\bMr\.|\bMrs\.|\bMiss|\bLady|\bSir|\bCaptain|\bColonel) )\p{Lu}\p{Ll}{3,}\b")]
    private static partial Regex Names();
}
