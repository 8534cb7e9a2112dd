using System.Text;

namespace Nulls.Tests.Text;

/// <summary>Draws texts that tokenizers get wrong: every plane of Unicode, combining marks, joined emoji, control characters, runs of white space, contractions.</summary>
internal static class RandomText
{
    private static readonly string[] s_fragments =
    [
        "a", "the", " of", "'s", "'S", "'ll", "don't", " ", "  ", "\n", "\r\n", "\t", "1", "2024", "½", "Ⅷ", "१", "é", "e\u0301", "ß", "ʰ", "字", "。",
        "🦙", "👩‍👩‍👧", "🇩🇪", "𝕳𝖊", "𐌰", "𝟙", "\u00A0", "\u0085", "\u2028", "\u3000", "\u200B", "\uFEFF", "\uFFFD", "\uFFFF", "\0", "\u0004", "\u001C", "\u007F",
        "!", "?!", " (", "...", "<|endoftext|>", "\u00AD", "Ġ", "\U0010FFFF",
    ];

    /// <summary>A valid text of up to 24 fragments or code points.</summary>
    public static string Draw(Random random)
    {
        var text = new StringBuilder();
        for (int count = random.Next(25); count > 0; count--)
            text.Append(random.Next(3) == 0 ? DrawRune(random).ToString() : s_fragments[random.Next(s_fragments.Length)]);
        return text.ToString();
    }

    /// <summary>A text of letters of which few differ, so that pairs are many, overlap and tie.</summary>
    public static string DrawRepetitive(Random random, string alphabet, int maximumLength)
    {
        var text = new char[random.Next(maximumLength + 1)];
        for (int i = 0; i < text.Length; i++)
            text[i] = alphabet[random.Next(alphabet.Length)];
        return new string(text);
    }

    private static Rune DrawRune(Random random)
    {
        while (true)
        {
            if (Rune.TryCreate(random.Next(random.Next(2) == 0 ? 0x3000 : 0x110000), out var rune))
                return rune;
        }
    }
}
