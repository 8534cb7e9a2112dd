using System.Diagnostics;
using Nulls.Text;

namespace Nulls.Tests.Text;

public class BytePairTokenizerTests
{
    // Twice, so that every pair occurs twice and may be merged.
    private static readonly string[] s_corpus = [.. Enumerable.Repeat("the cat sat on the mat and the cat's hat, 1984 1984; das Kätzchen saß auf der Matte; 猫は座った。猫", 2)];

    private static readonly BytePairTokenizer s_tokenizer = BytePairTokenizer.Create(new() { VocabularySize = 300, AddsPrefixSpace = false }, s_corpus);

    [Fact]
    public void Decoding_is_the_exact_inverse_of_encoding()
    {
        var random = new Random(5);
        for (int i = 0; i < 5000; i++)
        {
            string text = RandomText.Draw(random);
            Assert.Equal(text, s_tokenizer.Decode(s_tokenizer.Encode(text)));
        }
    }

    [Fact]
    public void Half_surrogate_pairs_become_replacement_characters()
    {
        var random = new Random(6);
        for (int i = 0; i < 2000; i++)
        {
            string text = RandomText.DrawRepetitive(random, "a \uD83E\uDD99\uDC00\uD800", 12);
            string expected = string.Concat(text.EnumerateRunes());
            Assert.Equal(expected, s_tokenizer.Decode(s_tokenizer.Encode(text)));
        }
    }

    [Fact]
    public void Tokens_are_those_of_merging_in_order()
    {
        var random = new Random(7);
        var model = new BytePairTrainer(330, false).Train(s_corpus);
        var tokenizer = new BytePairTokenizer(model);
        for (int i = 0; i < 500; i++)
        {
            string text = RandomText.DrawRepetitive(random, "thecats mot猫'", 60);
            Assert.Equal(NaiveBytePairs.Encode(text, model.Merges, splitsDigits: false).Select(token => model.Vocabulary[token]), tokenizer.Encode(text));
        }
    }

    [Fact]
    public void Digits_are_tokens_of_their_own_when_asked()
    {
        var tokenizer = BytePairTokenizer.Create(new() { VocabularySize = 300, SplitsDigits = true }, s_corpus);
        Assert.Equal(4, tokenizer.Encode("1984").Length);
    }

    [Fact]
    public void Digits_are_merged_by_default() => Assert.Single(s_tokenizer.Encode(" 1984"));

    [Fact]
    public void A_special_token_spelled_out_in_text_is_ordinary_text()
    {
        int[] tokens = s_tokenizer.Encode("a<|endoftext|>b");
        Assert.DoesNotContain(s_tokenizer.EndOfTextId, tokens);
        Assert.Equal("a<|endoftext|>b", s_tokenizer.Decode(tokens));
    }

    [Fact]
    public void A_corpus_that_spells_out_a_special_token_trains_no_token_of_that_name()
    {
        var tokenizer = BytePairTokenizer.Create(new() { VocabularySize = 400 }, Enumerable.Repeat("<|endoftext|>", 100));
        Assert.DoesNotContain(tokenizer.EndOfTextId, tokenizer.Encode("<|endoftext|>"));
    }

    [Fact]
    public void Special_tokens_are_found_where_they_are_asked_for() =>
        Assert.Equal(
            [.. s_tokenizer.Encode("the cat"), s_tokenizer.EndOfTextId, s_tokenizer.EndOfTextId, .. s_tokenizer.Encode(" <|endof")],
            s_tokenizer.EncodeWithSpecialTokens("the cat<|endoftext|><|endoftext|> <|endof"));

    [Fact]
    public void The_longest_of_special_tokens_that_begin_alike_is_found()
    {
        var model = new BytePairTrainer(257, false).Train([]);
        var vocabulary = new Dictionary<string, int>(model.Vocabulary) { ["<a"] = 257, ["<a>"] = 258 };
        var specialTokens = new Dictionary<string, int>(model.SpecialTokens) { ["<a"] = 257, ["<a>"] = 258 };
        var tokenizer = new BytePairTokenizer(model with { Vocabulary = vocabulary, SpecialTokens = specialTokens });
        Assert.Equal([258, 257], tokenizer.EncodeWithSpecialTokens("<a><a"));
    }

    [Fact]
    public void Special_tokens_decode_to_their_spelling() =>
        Assert.Equal("a<|endoftext|>", s_tokenizer.Decode([.. s_tokenizer.Encode("a"), s_tokenizer.EndOfTextId]));

    [Fact]
    public void A_character_cut_in_two_decodes_to_a_replacement_character() =>
        Assert.Equal("a\uFFFD", s_tokenizer.Decode(s_tokenizer.Encode("a🦙").AsSpan(0, 3)));

    [Fact]
    public void Nothing_encodes_to_nothing() => Assert.Empty(s_tokenizer.Encode(""));

    [Fact]
    public void Nothing_decodes_to_nothing() => Assert.Equal("", s_tokenizer.Decode([]));

    [Theory]
    [InlineData(-1)]
    [InlineData(300)]
    [InlineData(int.MaxValue)]
    public void A_token_outside_the_vocabulary_is_an_error_that_names_it(int token)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => s_tokenizer.Decode([0, token]));
        Assert.Contains("position 1", exception.Message);
        Assert.Contains("0 to 299", exception.Message);
        Assert.Equal(token, exception.ActualValue);
    }

    [Fact]
    public void Every_token_of_the_vocabulary_decodes()
    {
        for (int token = 0; token < s_tokenizer.VocabularySize; token++)
            Assert.NotEqual("", s_tokenizer.Decode([token]));
    }

    [Fact]
    public void Many_threads_may_share_a_tokenizer()
    {
        var random = new Random(8);
        string[] texts = [.. Enumerable.Range(0, 2000).Select(_ => RandomText.Draw(random))];
        int[][] expected = [.. texts.Select(s_tokenizer.Encode)];
        // A fresh one, whose cache of words is still empty.
        var shared = BytePairTokenizer.Create(new() { VocabularySize = 300, AddsPrefixSpace = false }, s_corpus);
        var actual = new int[texts.Length][];
        Parallel.For(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            actual[i] = shared.Encode(texts[i]);
            Assert.Equal(texts[i], shared.Decode(actual[i]));
        });
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void A_word_of_half_a_million_letters_is_encoded_in_reasonable_time()
    {
        string text = string.Concat(Enumerable.Repeat("thecatsat", 60_000));
        var started = Stopwatch.GetTimestamp();
        Assert.Equal(text, s_tokenizer.Decode(s_tokenizer.Encode(text)));
        // Half a minute or more without the limit on a word's length; below a second with it.
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 20);
    }

    [Fact]
    public void Missing_arguments_are_named()
    {
        Assert.Throws<ArgumentNullException>("text", () => s_tokenizer.Encode(null!));
        Assert.Throws<ArgumentNullException>("text", () => s_tokenizer.EncodeWithSpecialTokens(null!));
        Assert.Throws<ArgumentNullException>("options", () => BytePairTokenizer.Create(null!, []));
        Assert.Throws<ArgumentNullException>("texts", () => BytePairTokenizer.Create(new(), null!));
        Assert.Throws<ArgumentNullException>("stream", () => s_tokenizer.Save(null!));
        Assert.Throws<ArgumentNullException>("stream", () => BytePairTokenizer.Load(null!));
    }

    [Fact]
    public void A_prefix_space_makes_the_first_word_the_token_that_it_is_elsewhere()
    {
        var tokenizer = BytePairTokenizer.Create(new() { VocabularySize = 300 }, Enumerable.Repeat("dog and dog and dog", 10));
        Assert.Equal(tokenizer.Encode("and dog")[1..], tokenizer.Encode("dog"));
        Assert.Equal(tokenizer.Encode(" dog"), tokenizer.Encode("dog"));
        Assert.Equal(" dog", tokenizer.Decode(tokenizer.Encode("dog")));
        Assert.Empty(tokenizer.Encode(""));
    }

    [Fact]
    public void A_prefix_space_is_saved_and_loaded()
    {
        var tokenizer = BytePairTokenizer.Create(new() { VocabularySize = 300 }, s_corpus);
        using var stream = new MemoryStream();
        tokenizer.Save(stream);
        stream.Position = 0;
        Assert.Equal(tokenizer.Encode("dog"), BytePairTokenizer.Load(stream).Encode("dog"));
    }
}
