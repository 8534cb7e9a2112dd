using Nulls.Inference;

namespace Nulls.Tests.Inference;

public class TokenSamplerTests
{
    private static readonly float[] Logits = [0.5f, -1, 2, 1, 2, -float.Epsilon, float.Epsilon, -30];

    [Fact]
    public void At_temperature_0_the_lowest_of_the_likeliest_is_picked() =>
        Assert.Equal(2, new TokenSampler(new GenerationOptions(), [1]).Pick(Logits));

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(0.5, 0, 1)]
    [InlineData(3, 0, 1)]
    [InlineData(1, 3, 1)]
    [InlineData(1, 100, 1)]
    [InlineData(1, 0, 0.6)]
    [InlineData(2, 4, 0.7)]
    [InlineData(1, 0, 1e-9)]
    [InlineData(1e-300, 0, 1)]
    public void Tokens_are_drawn_as_often_as_their_probability_says(double temperature, int topK, double topP)
    {
        var sampler = new TokenSampler(new GenerationOptions { Temperature = temperature, TopK = topK, TopP = topP, Seed = 4 }, [1, 2, 3]);
        const int Draws = 20_000;
        var drawn = Enumerable.Range(0, Draws).Select(_ => sampler.Pick(Logits)).CountBy(token => token).ToDictionary();
        var expected = Expected(temperature, topK, topP);

        for (var token = 0; token < Logits.Length; token++)
        {
            var probability = expected[token];
            var deviation = Math.Sqrt(probability * (1 - probability) / Draws);
            Assert.Equal(probability, drawn.GetValueOrDefault(token) / (double)Draws, (5 * deviation) + 1e-12);
        }
    }

    [Fact]
    public void The_same_seed_and_text_give_the_same_stream()
    {
        var options = new GenerationOptions { Temperature = 1, Seed = 7 };

        Assert.Equal(Stream(options, [1, 2]), Stream(options, [1, 2]));
        Assert.NotEqual(Stream(options, [1, 2]), Stream(options, [1, 3]));
        Assert.NotEqual(Stream(options, [1, 2]), Stream(options with { Seed = 8 }, [1, 2]));
    }

    private static int[] Stream(GenerationOptions options, int[] start)
    {
        var sampler = new TokenSampler(options, start);
        return [.. Enumerable.Range(0, 50).Select(_ => sampler.Pick(Logits))];
    }

    private static double[] Expected(double temperature, int topK, double topP)
    {
        var order = Enumerable.Range(0, Logits.Length).OrderByDescending(token => Logits[token]).ThenBy(token => token).ToArray();
        var kept = topK == 0 ? order : [.. order.Take(topK)];
        var weights = kept.Select(token => Math.Exp((Logits[token] - Logits.Max()) / temperature)).ToArray();
        var covered = 0.0;
        var nucleus = kept.Zip(weights).TakeWhile(pair =>
        {
            var isNeeded = covered < topP * weights.Sum();
            covered += pair.Second;
            return isNeeded;
        }).ToArray();
        var expected = new double[Logits.Length];
        foreach (var (token, weight) in nucleus)
            expected[token] = weight / nucleus.Sum(pair => pair.Second);
        return expected;
    }
}
