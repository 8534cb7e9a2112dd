using System.Buffers;

namespace Nulls.Text;

/// <summary>What of words and sentences each token of a vocabulary shows, so that tokens are cut into both without their text. Immutable.</summary>
internal sealed class TokenShapes
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(".!?\u2026\n\r");

    // Stands for a token that is half a character; no text has it.
    private const char HalfCharacter = '\uFFFF';

    private readonly Shape[] _shapes;
    private readonly string[] _letters;

    private TokenShapes(string[] texts)
    {
        _shapes = [.. texts.Select(ShapeOf)];
        _letters = [.. texts.Select((text, token) => text.Contains('\uFFFD', StringComparison.Ordinal) ? $"{HalfCharacter}{token}" : text.Trim())];
    }

    [Flags]
    private enum Shape : byte
    {
        Mark = 0,
        BeginsWithSpace = 1,
        HasLetters = 2,
        EndsSentence = 4,
    }

    /// <summary>Reads the shapes off a vocabulary.</summary>
    public static TokenShapes Of(BytePairTokenizer tokenizer) =>
        new([.. Enumerable.Range(0, tokenizer.VocabularySize).Select(token => tokenizer.Decode([token]))]);

    /// <summary>Cuts tokens into sentences: behind a mark that ends one, where white space or nothing follows.</summary>
    public IEnumerable<Range> Sentences(ReadOnlyMemory<int> tokens)
    {
        var start = 0;
        for (var i = 0; i < tokens.Length; i++)
        {
            if (i < tokens.Length - 1 && !(Has(tokens.Span[i], Shape.EndsSentence) && Has(tokens.Span[i + 1], Shape.BeginsWithSpace)))
                continue;
            yield return start..(i + 1);
            start = i + 1;
        }
    }

    /// <summary>Cuts a sentence into words; marks belong to none.</summary>
    public void Words(ReadOnlySpan<int> sentence, List<Range> words)
    {
        words.Clear();
        var start = -1;
        for (var i = 0; i <= sentence.Length; i++)
        {
            var isWord = i < sentence.Length && Has(sentence[i], Shape.HasLetters);
            if (start >= 0 && (!isWord || Has(sentence[i], Shape.BeginsWithSpace)))
            {
                words.Add(start..i);
                start = -1;
            }

            if (isWord && start < 0)
                start = i;
        }
    }

    /// <summary>Reads a word or mark whose tokens are given: equal however they cut it, and in whatever case it is written.</summary>
    public WordForm FormOf(ReadOnlySpan<int> word)
    {
        var (key, isLowerCase) = (0UL, true);
        foreach (var token in word)
        {
            foreach (var letter in _letters[token])
            {
                key = SplitMix64.Join(key, char.ToLowerInvariant(letter));
                isLowerCase &= char.IsLower(letter);
            }
        }

        return new WordForm(key, isLowerCase);
    }

    /// <summary>Tells whether a token is white space alone.</summary>
    public bool IsSpace(int token) => _letters[token].Length == 0;

    private bool Has(int token, Shape shape) => (_shapes[token] & shape) != 0;

    // Half a character counts as a letter: what is cut inside a word must not end it.
    private static Shape ShapeOf(string text)
    {
        var hasLetters = text.Any(character => char.IsLetterOrDigit(character) || character == '\uFFFD');
        return (text.Length > 0 && char.IsWhiteSpace(text[0]) ? Shape.BeginsWithSpace : Shape.Mark)
            | (hasLetters ? Shape.HasLetters : Shape.Mark)
            | (!hasLetters && text.AsSpan().ContainsAny(Ends) ? Shape.EndsSentence : Shape.Mark);
    }
}

/// <summary>A word as it is written somewhere.</summary>
/// <param name="Key">The same for the same letters in any case.</param>
/// <param name="IsLowerCase">Whether it is of lower-case letters alone; where a script has no case, nothing is.</param>
internal readonly record struct WordForm(ulong Key, bool IsLowerCase);
