using System.Text.Json;
using Nulls.Tests.Support;
using Nulls.Text;

namespace Nulls.Tests.Text;

/// <summary>Token ids that the reference implementations gave.</summary>
public class GoldenTokenizerTests
{
    // Lazy, because the files may be absent.
    private static readonly Lazy<BytePairTokenizer> s_gpt2 = new(() => FromFiles("gpt2", splitsDigits: false));
    private static readonly Lazy<BytePairTokenizer> s_smolLM2 = new(() => FromFiles("smollm2", splitsDigits: true));
    private static readonly Lazy<BytePairTokenizer> s_smolLM2Json = new(() => BytePairTokenizer.Create(new() { TokenizerJsonFile = PathOf("smollm2/tokenizer.json") }, []));

    [FactNeedingData("tokenizers/gpt2")]
    public void Golden_GPT2_ids_of_a_long_text_match()
    {
        Assert.Equal(Parse("gpt2/golden_ids.json").Deserialize<int[]>(), s_gpt2.Value.Encode(File.ReadAllText(PathOf("gpt2/golden_text.txt"))));
    }

    [FactNeedingData("tokenizers/gpt2")]
    public void Golden_GPT2_ids_of_short_texts_match() => AssertCases(s_gpt2.Value, "gpt2/golden_short.json", 40);

    [FactNeedingData("tokenizers/smollm2")]
    public void Golden_SmolLM2_ids_match_with_the_tokenizer_json() =>
        AssertCases(s_smolLM2Json.Value, "smollm2/golden_ids.json", 230);

    [FactNeedingData("tokenizers/smollm2")]
    public void Golden_SmolLM2_ids_match_with_vocabulary_and_merges_but_for_the_specials_that_these_do_not_name()
    {
        var tokenizer = s_smolLM2.Value;
        var cases = Cases("smollm2/golden_ids.json").Where(golden => golden.Ids.All(id => id is 0 or > 16)).ToList();
        Assert.InRange(cases.Count, 200, 229);
        Assert.All(cases, golden => Assert.Equal(golden.Ids, tokenizer.EncodeWithSpecialTokens(golden.Text)));
    }

    [FactNeedingData("tokenizers/smollm2")]
    public void Golden_ids_match_after_saving_and_loading()
    {
        using var stream = new MemoryStream();
        s_smolLM2Json.Value.Save(stream);
        stream.Position = 0;
        AssertCases(BytePairTokenizer.Load(stream), "smollm2/golden_ids.json", 230);
    }

    [FactNeedingData("tokenizers")]
    public void Golden_ends_of_text_are_those_of_the_models() =>
        Assert.Equal((50256, 0), (s_gpt2.Value.EndOfTextId, s_smolLM2.Value.EndOfTextId));

    [FactNeedingData("tokenizers/smollm2")]
    public void Bytes_without_a_token_are_left_out_as_the_reference_does()
    {
        var tokenizer = s_smolLM2.Value;
        Assert.Equal("ab", tokenizer.Decode(tokenizer.Encode("a\u0004b")));
    }

    [FactNeedingData("tokenizers/gpt2")]
    public void GPT2_takes_every_text_to_tokens_and_back()
    {
        var tokenizer = s_gpt2.Value;
        var random = new Random(9);
        for (int i = 0; i < 1000; i++)
        {
            string text = RandomText.Draw(random);
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    private static void AssertCases(BytePairTokenizer tokenizer, string file, int caseCount)
    {
        var cases = Cases(file);
        Assert.Equal(caseCount, cases.Length);
        // Where no special token is spelled out, the two ways to encode are one.
        Assert.All(cases, golden => Assert.Equal(golden.Ids, tokenizer.EncodeWithSpecialTokens(golden.Text)));
        Assert.All(cases.Where(golden => !golden.Text.Contains('<')), golden => Assert.Equal(golden.Ids, tokenizer.Encode(golden.Text)));
    }

    private static (string Text, int[] Ids)[] Cases(string file) =>
        [.. Parse(file).GetProperty("cases").EnumerateArray().Select(golden => (golden.GetProperty("text").GetString() ?? "", golden.GetProperty("ids").Deserialize<int[]>() ?? []))];

    private static BytePairTokenizer FromFiles(string folder, bool splitsDigits) => BytePairTokenizer.Create(
        new() { VocabularyFile = PathOf($"{folder}/vocab.json"), MergesFile = PathOf($"{folder}/merges.txt"), SplitsDigits = splitsDigits }, []);

    private static JsonElement Parse(string file) => JsonDocument.Parse(File.ReadAllText(PathOf(file))).RootElement;

    private static string PathOf(string file) => Path.Combine(RepositoryFolder.Data, "tokenizers", file);
}
