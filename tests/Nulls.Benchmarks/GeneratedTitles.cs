namespace Nulls.Benchmarks;

/// <summary>Titles of articles that nobody wrote: two or three made-up words and, now and then, a year, some 22 characters. No two are alike.</summary>
internal static class GeneratedTitles
{
    private static readonly string[] Syllables =
        ["al", "bor", "ca", "den", "el", "fa", "gri", "hol", "ine", "ju", "kar", "lo", "mun", "na", "or", "pet", "qua", "ros", "sta", "tor", "ul", "ves", "wil", "yo", "zan"];

    /// <summary>The title of the source with this index.</summary>
    public static string Of(int index)
    {
        // A title spells its index in base 25, so that no two are one.
        var title = new System.Text.StringBuilder(32);
        var rest = (uint)index;
        for (var syllable = 0; syllable < 7; syllable++, rest /= 25)
        {
            if (syllable is 3 or 5)
                title.Append(' ');
            title.Append(Syllables[rest % 25]);
        }

        return index % 4 == 0 ? title.Append($" ({1900 + index % 120})").ToString() : title.ToString();
    }
}
