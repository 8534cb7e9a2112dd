using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

/// <summary>What is computed from the tokens that a model holds likeliest.</summary>
public class MemorizationTests
{
    private static readonly bool[] LastFourOfTen = [true, true, false, true, false, false, true, true, true, true];

    [Fact]
    public void Extraction_strength_is_the_share_of_the_end_that_follows_from_the_rest() => Assert.Equal(0.4, ExtractionStrength.Of(LastFourOfTen), 12);

    [Fact]
    public void Extraction_strength_is_the_definitions_least_prefix()
    {
        var random = new Random(6);
        for (var trial = 0; trial < 300; trial++)
        {
            var isTop = Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(4) > 0).ToArray();
            var least = Enumerable.Range(0, isTop.Length + 1).First(k => isTop[k..].All(top => top));

            Assert.Equal(1 - ((double)least / isTop.Length), ExtractionStrength.Of(isTop), 12);
        }
    }

    [Fact]
    public void A_text_by_heart_has_strength_1_and_one_whose_last_token_surprises_has_0()
    {
        Assert.Equal(1, ExtractionStrength.Of([true, true, true]));
        Assert.Equal(0, ExtractionStrength.Of([true, true, false]));
    }

    [Fact]
    public void Exact_memorization_is_the_share_of_tokens() => Assert.Equal(0.7, ExactMemorization.Of(LastFourOfTen), 12);

    [Fact]
    public void A_gap_is_filled_by_the_whole_answer_only()
    {
        Assert.Equal(0.5, ClozeAccuracy.Share([[true, true], [true, false], [true], []]));
        Assert.Equal(double.NaN, ClozeAccuracy.Share([]));
    }

    [Fact]
    public void Texts_without_tokens_have_no_figure()
    {
        Assert.Equal(double.NaN, ExtractionStrength.Of([]));
        Assert.Equal(double.NaN, ExactMemorization.Of([]));
        Assert.Equal(double.NaN, Perplexity.Of([[]]));
    }

    [Fact]
    public void Perplexity_counts_tokens_and_not_texts()
    {
        // Halves three times and an eighth once: 2^(6 / 4).
        var half = (float)Math.Log(0.5);

        Assert.Equal(Math.Pow(2, 1.5), Perplexity.Of([[half, half, half], [(float)Math.Log(0.125)]]), 1e-6);
    }
}
