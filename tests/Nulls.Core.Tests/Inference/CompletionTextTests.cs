using System.Globalization;
using Nulls.Inference;
using Nulls.Text;

namespace Nulls.Tests.Inference;

public class CompletionTextTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void Pieces_together_are_the_decoded_tokens()
    {
        var random = new Random(1);
        for (var attempt = 0; attempt < 500; attempt++)
        {
            // Random tokens are mostly no UTF-8; encoded text is.
            int[] tokens = attempt % 2 == 0
                ? [.. Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(tiny.Tokenizer.VocabularySize))]
                : tiny.Tokenizer.Encode(Text(random));
            var text = new CompletionText(tiny.Tokenizer, []);

            Assert.Equal(tiny.Tokenizer.Decode(tokens), string.Concat(Pieces(text, tokens)));
        }
    }

    [Fact]
    public void No_piece_ends_inside_a_character()
    {
        var text = new CompletionText(tiny.Tokenizer, []);

        var pieces = Pieces(text, tiny.Tokenizer.Encode("a🦊ß漢b"));

        Assert.Equal(" a🦊ß漢b".TrimStart(), string.Concat(pieces).TrimStart());
        Assert.All(pieces, piece => Assert.DoesNotContain('\uFFFD', piece));
        Assert.All(pieces.Where(piece => piece.Length > 0), piece => Assert.False(char.IsHighSurrogate(piece[^1])));
        Assert.Contains("", pieces);
    }

    [Fact]
    public void A_text_ends_before_the_first_stop_string_wherever_tokens_end()
    {
        var random = new Random(2);
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var tokens = tiny.Tokenizer.Encode(Text(random));
            var whole = tiny.Tokenizer.Decode(tokens);
            string[] stops = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(3) == 0 ? "zz" : Part(whole, random))];
            var text = new CompletionText(tiny.Tokenizer, stops);
            var added = 0;
            while (added < tokens.Length && !text.Add(tokens[added]))
                added++;
            // Character by character, by definition.
            var end = Enumerable.Range(1, whole.Length).FirstOrDefault(length => stops.Any(stop => whole[..length].EndsWith(stop, StringComparison.Ordinal)), -1);
            var expected = end < 0 ? whole : whole[..(end - stops.Where(stop => whole[..end].EndsWith(stop, StringComparison.Ordinal)).Max(stop => stop.Length))];

            Assert.Equal(expected, text.TakeRest());
            Assert.Equal(end >= 0, text.IsStopped);
        }
    }

    [Fact]
    public void What_may_begin_a_stop_string_is_held_back()
    {
        var text = new CompletionText(tiny.Tokenizer, ["\n\nQ:"]);
        var pieces = Pieces(text, [.. "yes\n\nZ\n\nQ: more".SelectMany(character => tiny.Tokenizer.Encode("x" + character)[^1..])]);

        Assert.Equal("yes\n\nZ", string.Concat(pieces));
        Assert.True(text.IsStopped);
        Assert.DoesNotContain(pieces, piece => piece.EndsWith('\n'));
    }

    [Fact]
    public void Of_several_stop_strings_the_one_that_is_whole_first_counts()
    {
        var text = new CompletionText(tiny.Tokenizer, ["abcdef", "cd", "bcde", "d"]);

        Assert.Equal("ab", string.Concat(Pieces(text, tiny.Tokenizer.Encode("abcdef"))).Trim());
        Assert.True(text.IsStopped);
    }

    private static List<string> Pieces(CompletionText text, int[] tokens)
    {
        var pieces = new List<string>();
        foreach (var token in tokens)
        {
            text.Add(token);
            pieces.Add(text.Take());
        }

        pieces.Add(text.TakeRest());
        return pieces;
    }

    private static string Text(Random random)
    {
        string[] atoms = ["a", "b", "ab", "amber ", "é", "漢", "🦊", "\n", "  ", "x"];
        return string.Concat(Enumerable.Range(0, random.Next(2, 25)).Select(_ => atoms[random.Next(atoms.Length)]));
    }

    // Never half a surrogate pair, which no text can contain alone.
    private static string Part(string text, Random random)
    {
        var starts = StringInfo.ParseCombiningCharacters(text);
        var first = random.Next(starts.Length);
        var last = Math.Min(starts.Length, first + random.Next(1, 4));
        return text[starts[first]..(last < starts.Length ? starts[last] : text.Length)];
    }
}
