using Nulls.Text;

namespace Nulls.Tests.Text;

public class WordSplitterTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Words_are_those_of_the_pattern_spelled_as_a_regular_expression(bool splitsDigits)
    {
        var random = new Random(1);
        for (int i = 0; i < 3000; i++)
        {
            string text = new([.. RandomText.Draw(random).Where(character => !char.IsSurrogate(character))]);
            Assert.Equal(NaiveBytePairs.Words(text, splitsDigits), Words(text, splitsDigits));
        }
    }

    [Fact]
    public void Every_character_of_the_basic_plane_falls_into_the_class_that_the_pattern_gives_it()
    {
        for (int code = 0; code <= char.MaxValue; code++)
        {
            if (char.IsSurrogate((char)code))
                continue;
            string text = $"a1 {(char)code}a1";
            Assert.Equal(NaiveBytePairs.Words(text, splitsDigits: false), Words(text, splitsDigits: false));
        }
    }

    [Theory]
    [InlineData("𝕳𝖎 𝕳ello!", new[] { "𝕳𝖎", " 𝕳ello", "!" })]
    [InlineData("𝟙2 𝟛", new[] { "𝟙2", " 𝟛" })]
    [InlineData("🦙🦙a", new[] { "🦙🦙", "a" })]
    public void Letters_and_digits_beyond_the_basic_plane_keep_their_class(string text, string[] expected) =>
        Assert.Equal(expected, Words(text, splitsDigits: false));

    [Fact]
    public void Digits_beyond_the_basic_plane_are_split_like_others() =>
        Assert.Equal(["𝟙", "2", "  ", "𝟛"], Words("𝟙2  𝟛", splitsDigits: true));

    [Fact]
    public void Words_join_up_to_the_text()
    {
        var random = new Random(2);
        for (int i = 0; i < 3000; i++)
        {
            string text = RandomText.Draw(random);
            Assert.Equal(text, string.Concat(Words(text, splitsDigits: i % 2 == 0)));
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("🦙")]
    [InlineData("𝕳")]
    public void A_very_long_word_is_cut_between_characters(string character)
    {
        string text = "-" + string.Concat(Enumerable.Repeat(character, 3 * WordSplitter.MaximumWordLength));
        string[] words = Words(text, splitsDigits: false);
        Assert.Equal(text, string.Concat(words));
        Assert.All(words, word => Assert.InRange(word.Length, 1, WordSplitter.MaximumWordLength));
        Assert.All(words, word => Assert.False(char.IsLowSurrogate(word[0])));
    }

    private static string[] Words(string text, bool splitsDigits) =>
        [.. new WordSplitter(splitsDigits).PreTokenize(text).Select(range => text.Substring(range.Offset, range.Length))];
}
