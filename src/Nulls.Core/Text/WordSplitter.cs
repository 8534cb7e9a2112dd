using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Nulls.Text;

/// <summary>Splits text into the words that merges never cross, as GPT-2 does: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.</summary>
/// <remarks>
/// The pattern is spelled out because .NET's regular expressions see UTF-16 units: letters and digits beyond U+FFFF would fall into the wrong class,
/// and some tokens around them would differ from the reference's. Words join up to the text; immutable and thread-safe.
/// </remarks>
/// <param name="splitsDigits">Whether the text is first cut before and after every digit (<c>\p{N}</c>), as SmolLM2 does.</param>
internal sealed class WordSplitter(bool splitsDigits) : PreTokenizer
{
    /// <summary>The most UTF-16 units of a word; longer ones are cut. The package needs time in the square of a word's length: 11 seconds for 300,000 letters.</summary>
    public const int MaximumWordLength = 8192;

    private static readonly CharacterClass[] s_classes = CreateClasses();

    private enum CharacterClass : byte
    {
        Other,
        Letter,
        Digit,
        Space,
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        for (int start = 0; start < text.Length;)
        {
            int length = MeasureWord(text.AsSpan(start));
            yield return (start, length);
            start += length;
        }
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => PreTokenize(text.ToString());

    /// <summary>Returns the length of the first word of a text that is not empty.</summary>
    public int MeasureWord(ReadOnlySpan<char> text)
    {
        if (text.Length > MaximumWordLength)
            text = text[..(char.IsHighSurrogate(text[MaximumWordLength - 1]) ? MaximumWordLength - 1 : MaximumWordLength)];
        if (text[0] == '\'' && MeasureContraction(text) is > 0 and int contraction)
            return contraction;

        var first = Classify(text, 0, out int length);
        if (first == CharacterClass.Space)
        {
            if (text[0] != ' ' || text.Length == 1)
                return MeasureSpace(text);
            // A space belongs to the word behind it.
            first = Classify(text, 1, out length);
            if (first == CharacterClass.Space || (first == CharacterClass.Digit && splitsDigits))
                return MeasureSpace(text);
            length++;
        }
        if (first == CharacterClass.Digit && splitsDigits)
            return length;
        while (length < text.Length && Classify(text, length, out int width) == first)
            length += width;
        return length;
    }

    private int MeasureSpace(ReadOnlySpan<char> text)
    {
        int length = 1;
        while (length < text.Length && s_classes[text[length]] == CharacterClass.Space)
            length++;
        // The last space before a word is left to it; before a digit that is split off, the text counts as ended.
        bool isLast = length == text.Length || (splitsDigits && Classify(text, length, out _) == CharacterClass.Digit);
        return isLast || length == 1 ? length : length - 1;
    }

    private static int MeasureContraction(ReadOnlySpan<char> text) => text switch
    {
        ['\'', 's' or 't' or 'm' or 'd', ..] => 2,
        ['\'', 'r' or 'v', 'e', ..] or ['\'', 'l', 'l', ..] => 3,
        _ => 0,
    };

    private static CharacterClass Classify(ReadOnlySpan<char> text, int index, out int length)
    {
        char character = text[index];
        if (char.IsHighSurrogate(character) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            length = 2;
            return Classify(Rune.GetUnicodeCategory(new Rune(character, text[index + 1])));
        }
        length = 1;
        return s_classes[character];
    }

    private static CharacterClass Classify(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Digit,
        _ => CharacterClass.Other,
    };

    private static CharacterClass[] CreateClasses()
    {
        var classes = new CharacterClass[char.MaxValue + 1];
        for (int code = 0; code <= char.MaxValue; code++)
        {
            char character = (char)code;
            classes[code] = char.IsWhiteSpace(character) ? CharacterClass.Space : Classify(CharUnicodeInfo.GetUnicodeCategory(character));
        }
        return classes;
    }
}
