using Nulls.Tests.Support;
using Nulls.Text;

namespace Nulls.Tests.Text;

public sealed class TokenizerOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Defaults_are_valid() => new TokenizerOptions().Validate();

    [Theory]
    [InlineData(256)]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_vocabulary_too_small_for_the_bytes_is_an_error(int size)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => new TokenizerOptions { VocabularySize = size }.Validate());
        Assert.Contains("at least 257", exception.Message);
    }

    [Fact]
    public void A_vocabulary_without_merges_is_an_error() =>
        AssertInvalid("MergesFile", new() { VocabularyFile = Write("vocab.json", "{}") });

    [Fact]
    public void Merges_without_a_vocabulary_are_an_error() =>
        AssertInvalid("VocabularyFile", new() { MergesFile = Write("merges.txt", "") });

    [Fact]
    public void Two_ways_to_a_tokenizer_are_an_error()
    {
        AssertInvalid("both", new() { VocabularyFile = Write("vocab.json", "{}"), MergesFile = Write("merges.txt", ""), TokenizerJsonFile = Write("tokenizer.json", "{}") });
        AssertInvalid("both", new() { MergesFile = Write("merges.txt", ""), TokenizerJsonFile = Write("tokenizer.json", "{}") });
    }

    [Fact]
    public void An_empty_path_is_an_error() => AssertInvalid("empty", new() { TokenizerJsonFile = " " });

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        string missing = _folder["no", "such.json"];
        var exception = Assert.Throws<FileNotFoundException>(() => BytePairTokenizer.Create(new() { TokenizerJsonFile = missing }, []));
        Assert.Contains(missing, exception.Message);
        Assert.Contains("TokenizerJsonFile", exception.Message);
        Assert.Equal(missing, exception.FileName);
    }

    [Fact]
    public void A_corpus_is_not_read_when_the_options_name_a_tokenizer()
    {
        using (var stream = File.Create(_folder["tokenizer.json"]))
            BytePairTokenizer.Create(new() { VocabularySize = 257 }, []).Save(stream);
        var tokenizer = BytePairTokenizer.Create(new() { TokenizerJsonFile = _folder["tokenizer.json"] }, Unreadable());
        Assert.Equal(257, tokenizer.VocabularySize);

        static IEnumerable<string> Unreadable()
        {
            Assert.Fail("The corpus was read.");
            yield break;
        }
    }

    [Theory]
    [InlineData("{\"a\":0,\"b\":1,\"ab\":2,\"<|endoftext|>\":3}", "#version: 0.2\na b\n", null)]
    [InlineData("{\"a\":0,\"b\":1,\"ab\":2,\"<|endoftext|>\":3}", "a b", null)]
    [InlineData("{\"a\":0,\"b\":1,\"ab\":2}", "a b", "no special token '<|endoftext|>'")]
    [InlineData("{\"a\":0,\"b\":1,\"ab\":2,\"<|endoftext|>\":3}", "a b\nb", "Line 2")]
    [InlineData("{\"a\":0,\"b\":1,\"ab\":2,\"<|endoftext|>\":3}", "a b\na b", "listed twice")]
    [InlineData("{\"a\":0,\"b\":1,\"ab\":2,\"<|endoftext|>\":3}", "b a", "needs the token 'ba'")]
    [InlineData("{\"a\":0,\"b\":1,\"ab\":2,\"<|endoftext|>\":4}", "a b", "'<|endoftext|>' has 4")]
    [InlineData("{\"a\":0,\"b\":1,\"ab\":1,\"<|endoftext|>\":2}", "a b", "each once")]
    [InlineData("{\"a\":0,\"a\":1,\"<|endoftext|>\":2}", "", "not the JSON")]
    [InlineData("{\"▁\":0,\"b\":1,\"▁b\":2,\"<|endoftext|>\":3}", "▁ b", "Only byte-level BPE")]
    [InlineData("{\"a\":0,\"b\":1,", "a b", "not the JSON")]
    [InlineData("[1]", "a b", "not the JSON")]
    [InlineData("{\"a\":\"x\"}", "", "not the JSON")]
    [InlineData("{\"a\":1e30}", "", "not the JSON")]
    [InlineData("", "a b", "not the JSON")]
    public void Vocabulary_and_merges_must_be_whole_and_belong_together(string vocabulary, string merges, string? complaint)
    {
        var options = new TokenizerOptions { VocabularyFile = Write("vocab.json", vocabulary), MergesFile = Write("merges.txt", merges) };
        if (complaint is null)
            Assert.Equal([2, 0], BytePairTokenizer.Create(options, []).Encode("aba"));
        else
            Assert.Contains(complaint, Assert.Throws<InvalidDataException>(() => BytePairTokenizer.Create(options, [])).Message);
    }

    private static void AssertInvalid(string complaint, TokenizerOptions options) =>
        Assert.Contains(complaint, Assert.Throws<ArgumentException>(options.Validate).Message);

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }
}
