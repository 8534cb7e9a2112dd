namespace Nulls.Text;

/// <summary>Splits prose into sentences.</summary>
internal static class Sentences
{
    private const string Ends = ".!?\u2026";
    private const string Closers = "\"')]}\u00BB\u2019\u201D";

    /// <summary>Cuts a text behind each <c>.</c>, <c>!</c>, <c>?</c> or ellipsis (and the quotes and brackets that close with it) that white space follows, and before each white space with a line break.</summary>
    /// <returns>The sentences, which join up to the text; none for an empty text.</returns>
    /// <remarks>
    /// White space goes to the sentence behind it, as words take the space before them: so the tokens of the sentences join up to the tokens of the text.
    /// Knows no abbreviations: <c>Dr. Who</c> is cut.
    /// </remarks>
    public static IReadOnlyList<string> Split(string text)
    {
        var sentences = new List<string>();
        int start = 0;
        for (int index = 0; index < text.Length;)
        {
            if (!char.IsWhiteSpace(text[index]))
            {
                index++;
                continue;
            }
            int spaceEnd = index;
            bool hasLineBreak = false;
            while (spaceEnd < text.Length && char.IsWhiteSpace(text[spaceEnd]))
            {
                hasLineBreak |= text[spaceEnd] is '\n' or '\r';
                spaceEnd++;
            }
            // White space at either end of the text is no sentence.
            if (index > 0 && spaceEnd < text.Length && (hasLineBreak || EndsSentence(text.AsSpan(start, index - start))))
            {
                sentences.Add(text[start..index]);
                start = index;
            }
            index = spaceEnd;
        }
        if (start < text.Length)
            sentences.Add(text[start..]);
        return sentences;
    }

    private static bool EndsSentence(ReadOnlySpan<char> sentence)
    {
        var unquoted = sentence.TrimEnd(Closers);
        return !unquoted.IsEmpty && Ends.Contains(unquoted[^1]);
    }
}
