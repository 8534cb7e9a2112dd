using Nulls.Text;

namespace Nulls.Tests.Text;

public class TokenShapesTests
{
    private static readonly BytePairTokenizer Tokenizer = BytePairTokenizer.Create(new TokenizerOptions { VocabularySize = 300 }, ["The saddles of the maker are saddles, and the maker makes them."]);

    private static readonly TokenShapes Shapes = TokenShapes.Of(Tokenizer);

    [Theory]
    [InlineData("saddles")]
    [InlineData("zither")] // Cut into bytes.
    [InlineData("größe")] // Half characters.
    public void A_word_has_one_key_however_it_is_cut_and_in_whatever_case_it_begins(string word)
    {
        var form = FormOf($"x {word}", 1);
        Assert.True(word.Any(letter => letter > 'z') || form.IsLowerCase);
        Assert.Equal(form.Key, FormOf(word, 0).Key);
        Assert.Equal(form.Key, FormOf($"{char.ToUpperInvariant(word[0])}{word[1..]}", 0).Key);
    }

    [Fact]
    public void Names_and_numbers_are_not_of_lower_case() =>
        Assert.All(["Saddles", "12", "iPhone", "馬具"], word => Assert.False(FormOf(word, 0).IsLowerCase));

    [Fact]
    public void Different_words_have_different_keys() =>
        Assert.Distinct("the saddles of maker are and makes them saddle".Split(' ').Select(word => FormOf(word, 0).Key));

    private static WordForm FormOf(string text, int place)
    {
        var tokens = Tokenizer.Encode(text);
        var words = new List<Range>();
        Shapes.Words(tokens, words);
        return Shapes.FormOf(tokens.AsSpan(words[place]));
    }
}
