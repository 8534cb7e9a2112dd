using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Nulls.Text;

namespace Nulls.Tests.Text;

public class TokenizerJsonTests
{
    private static readonly string[] s_corpus = ["the cat sat on the mat and the cat's hat, 1984 1984", "猫は座った。猫 \"\\/\u00AD\t"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_loaded_tokenizer_encodes_as_the_saved_one(bool splitsDigits)
    {
        var saved = Train(splitsDigits);
        var loaded = BytePairTokenizer.Load(new MemoryStream(Save(saved)));
        Assert.Equal((saved.VocabularySize, saved.EndOfTextId), (loaded.VocabularySize, loaded.EndOfTextId));
        var random = new Random(11);
        for (int i = 0; i < 1000; i++)
        {
            string text = RandomText.Draw(random);
            Assert.Equal(saved.Encode(text), loaded.Encode(text));
        }
    }

    [Fact]
    public void The_same_tokenizer_gives_the_same_bytes() => Assert.Equal(Save(Train()), Save(Train()));

    [Fact]
    public void A_loaded_tokenizer_is_saved_as_the_same_bytes()
    {
        byte[] saved = Save(Train(splitsDigits: true));
        Assert.Equal(saved, Save(BytePairTokenizer.Load(new MemoryStream(saved))));
    }

    [Fact]
    public void Lines_end_as_on_every_system() => Assert.DoesNotContain((byte)'\r', Save(Train()));

    [Fact]
    public void Streams_that_cannot_seek_are_read_and_left_open()
    {
        using var compressed = new MemoryStream();
        using (var zip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            Train().Save(zip);
            Assert.True(zip.CanWrite);
        }
        compressed.Position = 0;
        using var unzip = new GZipStream(compressed, CompressionMode.Decompress);
        Assert.Equal(Train().VocabularySize, BytePairTokenizer.Load(unzip).VocabularySize);
        Assert.True(unzip.CanRead);
    }

    [Fact]
    public void A_truncated_file_is_an_error_wherever_it_ends()
    {
        byte[] whole = Save(Train());
        int end = whole.AsSpan().TrimEnd("\n"u8).Length;
        for (int length = 0; length < end; length += length < 300 || length > end - 50 ? 1 : 61)
            Assert.Throws<InvalidDataException>(() => BytePairTokenizer.Load(new MemoryStream(whole, 0, length)));
    }

    [Fact]
    public void A_corrupt_file_is_an_error_or_a_tokenizer_that_works()
    {
        byte[] whole = Save(Train());
        var random = new Random(12);
        int errors = 0;
        for (int i = 0; i < 1000; i++)
        {
            byte[] corrupt = [.. whole];
            for (int count = random.Next(1, 4); count > 0; count--)
                corrupt[random.Next(corrupt.Length)] = (byte)random.Next(256);
            try
            {
                var tokenizer = BytePairTokenizer.Load(new MemoryStream(corrupt));
                tokenizer.Decode(tokenizer.Encode("the cat sat"));
            }
            catch (InvalidDataException)
            {
                errors++;
            }
        }
        Assert.InRange(errors, 500, 1000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"version\":\"1.0\"}")]
    [InlineData("{\"version\":\"1.0\",\"model\":3}")]
    [InlineData("{\"version\":\"1.0\",\"model\":{\"type\":\"BPE\"}}")]
    [InlineData("{\"version\":\"1.0\",\"model\":{\"vocab\":{\"\\ud800\":0},\"merges\":[]}}")]
    [InlineData("PK\u0003\u0004 not JSON at all")]
    public void Something_else_is_an_error(string content) =>
        Assert.Throws<InvalidDataException>(() => BytePairTokenizer.Load(new MemoryStream(Encoding.UTF8.GetBytes(content))));

    [Fact]
    public void Other_kinds_of_tokenizers_are_errors_that_say_what_is_not_supported()
    {
        AssertRefused("'version' must be \"1.0\", but is \"2.0\"", root => root["version"] = "2.0");
        AssertRefused("'normalizer' must be null", root => root["normalizer"] = JsonNode.Parse("{\"type\":\"NFC\"}"));
        AssertRefused("'type' must be \"BPE\", but is \"Unigram\"", root => root["model"]!["type"] = "Unigram");
        AssertRefused("'dropout' must be null", root => root["model"]!["dropout"] = 0.1);
        AssertRefused("'continuing_subword_prefix' must be null, but is \"##\"", root => root["model"]!["continuing_subword_prefix"] = "##");
        AssertRefused("'end_of_word_suffix' must be null", root => root["model"]!["end_of_word_suffix"] = "</w>");
        AssertRefused("'byte_fallback' must be false", root => root["model"]!["byte_fallback"] = true);
        AssertRefused("'ignore_merges' must be false", root => root["model"]!["ignore_merges"] = true);
        AssertRefused("'pre_tokenizer' must be", root => root["pre_tokenizer"] = null);
        AssertRefused("'pre_tokenizer' must be", root => root["pre_tokenizer"] = JsonNode.Parse(
            "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":true},{\"type\":\"ByteLevel\",\"add_prefix_space\":true}]}"));
        AssertRefused("'pre_tokenizer' must be", root => root["pre_tokenizer"]!["use_regex"] = false);
        AssertRefused("'pre_tokenizer' must be", root => root["pre_tokenizer"] = JsonNode.Parse("{\"type\":\"Metaspace\"}"));
        AssertRefused("'special' must be true", root => root["added_tokens"]![0]!["special"] = false);
        AssertRefused("'lstrip' must be false", root => root["added_tokens"]![0]!["lstrip"] = true);
        AssertRefused("no special token '<|endoftext|>'", root => root["added_tokens"] = new JsonArray());
        AssertRefused("has the id 7", root => root["added_tokens"]![0]!["id"] = 7);
        AssertRefused("A merge", root => root["model"]!["merges"]![0] = "a b c");
    }

    [Fact]
    public void An_unknown_token_is_refused_where_bytes_have_none()
    {
        AssertRefused("'unk_token' must be", root =>
        {
            root["model"]!["unk_token"] = "<|endoftext|>";
            root["model"]!["vocab"]!.AsObject().Remove("!");
        });
    }

    [Fact]
    public void An_unknown_token_that_can_never_occur_is_accepted() =>
        AssertAccepted(root => root["model"]!["unk_token"] = "<|endoftext|>");

    [Fact]
    public void Files_of_older_and_newer_writers_are_read()
    {
        AssertAccepted(root => root["model"]!.AsObject().Remove("type"));
        AssertAccepted(root => root["model"]!["continuing_subword_prefix"] = "");
        AssertAccepted(root => root["pre_tokenizer"]!.AsObject().Remove("use_regex"));
        AssertAccepted(root => root["post_processor"] = JsonNode.Parse("{\"type\":\"ByteLevel\",\"trim_offsets\":false}"));
        AssertAccepted(root =>
        {
            var merges = root["model"]!["merges"]!.AsArray();
            for (int i = 0; i < merges.Count; i++)
                merges[i] = new JsonArray([.. merges[i]!.GetValue<string>().Split(' ').Select(token => JsonValue.Create(token))]);
        });
    }

    [Fact]
    public void An_added_token_that_the_vocabulary_lacks_is_added()
    {
        byte[] changed = Change(root =>
        {
            var added = root["added_tokens"]![0]!.DeepClone();
            added["content"] = "<|im_start|>";
            added["id"] = Train().VocabularySize;
            root["added_tokens"]!.AsArray().Add(added);
        });
        var tokenizer = BytePairTokenizer.Load(new MemoryStream(changed));
        Assert.Equal([Train().VocabularySize], tokenizer.EncodeWithSpecialTokens("<|im_start|>"));
    }

    private static void AssertAccepted(Action<JsonNode> change) =>
        Assert.Equal(Train().Encode("the cat"), BytePairTokenizer.Load(new MemoryStream(Change(change))).Encode("the cat"));

    private static void AssertRefused(string complaint, Action<JsonNode> change) =>
        Assert.Contains(complaint, Assert.Throws<InvalidDataException>(() => BytePairTokenizer.Load(new MemoryStream(Change(change)))).Message);

    private static byte[] Change(Action<JsonNode> change)
    {
        var root = JsonNode.Parse(Save(Train()))!;
        change(root);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static BytePairTokenizer Train(bool splitsDigits = false) =>
        BytePairTokenizer.Create(new() { VocabularySize = 300, SplitsDigits = splitsDigits }, s_corpus);

    private static byte[] Save(BytePairTokenizer tokenizer)
    {
        using var stream = new MemoryStream();
        tokenizer.Save(stream);
        return stream.ToArray();
    }
}
