using Nulls.Inference;

namespace Nulls.Tests.Inference;

public class TermHasherTests
{
    private static readonly TermHasher Hasher = new(new byte[16]);

    [Theory]
    [InlineData("the cat", "The CAT!")]
    [InlineData("straße über", "Straße, ÜBER")]
    [InlineData("b2b 4ever", "B2B-4ever")]
    [InlineData("\U00010428 x", "\U00010400 x")]
    public void Case_and_punctuation_do_not_matter(string text, string variant) => Assert.Equal(Terms(text), Terms(variant));

    [Fact]
    public void Counts_words_and_neighbouring_pairs()
    {
        var counts = Terms("to be or not to be");

        Assert.Equal([1, 1, 1, 1, 1, 2, 2, 2], counts.Values.Order());
        Assert.Equal(2, counts[Terms("to").Keys.Single()]);
    }

    [Fact]
    public void A_pair_has_an_order() => Assert.NotEqual(Terms("cat dog").Keys, Terms("dog cat").Keys);

    [Fact]
    public void Marks_belong_to_their_word() => Assert.Single(Terms("हिन्दी"));

    [Theory]
    [InlineData("")]
    [InlineData(" ...\t—\n")]
    [InlineData("\U0001F600\U0001F600")]
    [InlineData("\uD800 \uDC00")]
    public void Text_without_words_has_no_terms(string text) => Assert.Empty(Terms(text));

    [Fact]
    public void Another_salt_gives_other_terms()
    {
        var counts = new Dictionary<ulong, int>();
        new TermHasher([.. Enumerable.Repeat((byte)1, 16)]).Count("cat", counts);

        Assert.NotEqual(Terms("cat").Keys, counts.Keys);
    }

    [Fact]
    public void A_salt_of_another_length_is_refused() => Assert.Throws<ArgumentException>(() => new TermHasher(new byte[8]));

    private static SortedDictionary<ulong, int> Terms(string text)
    {
        var counts = new Dictionary<ulong, int>();
        Hasher.Count(text, counts);
        return new SortedDictionary<ulong, int>(counts);
    }
}
