using Nulls.Inference;

namespace Nulls.Tests.Inference;

public class TokenSamplerTests
{
    private static readonly float[] Logits = [0.5f, -1, 2, 1, 2, -float.Epsilon, float.Epsilon, -30];

    [Fact]
    public void At_temperature_0_the_lowest_of_the_likeliest_is_picked() =>
        Assert.Equal(2, new TokenSampler(new GenerationOptions(), [1]).Pick(Logits));

    [Theory]
    [InlineData(1, 0, 1, 0)]
    [InlineData(0.5, 0, 1, 0)]
    [InlineData(3, 0, 1, 0)]
    [InlineData(1, 3, 1, 0)]
    [InlineData(1, 100, 1, 0)]
    [InlineData(1, 0, 0.6, 0)]
    [InlineData(2, 4, 0.7, 0)]
    [InlineData(1, 0, 1e-9, 0)]
    [InlineData(1e-300, 0, 1, 0)]
    [InlineData(1, 0, 1, 0.3)]
    [InlineData(2, 0, 1, 0.3)]
    [InlineData(1, 3, 0.95, 0.1)]
    [InlineData(1, 0, 1, 1)]
    public void Tokens_are_drawn_as_often_as_their_probability_says(double temperature, int topK, double topP, double minP)
    {
        var sampler = new TokenSampler(new GenerationOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, Seed = 4 }, [1, 2, 3]);
        const int Draws = 20_000;
        var drawn = Enumerable.Range(0, Draws).Select(_ => sampler.Pick(Logits)).CountBy(token => token).ToDictionary();
        var expected = Expected(Logits, temperature, topK, topP, minP);

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

    [Fact]
    public void A_large_vocabulary_is_drawn_from_as_by_sorting_it_whole()
    {
        var random = new Random(9);
        for (var attempt = 0; attempt < 60; attempt++)
        {
            var logits = Enumerable.Range(0, 1 + random.Next(5_000)).Select(_ => random.Next(4) == 0 ? random.Next(5) : (float)(8 * random.NextDouble())).ToArray();
            var options = new GenerationOptions
            {
                Temperature = 0.1 + (2 * random.NextDouble()), TopK = random.Next(2) * random.Next(200), TopP = random.Next(2) == 0 ? 1 : 0.5 + (random.NextDouble() / 2),
                MinP = random.Next(2) * 0.2 * random.NextDouble(), Seed = attempt,
            };
            var expected = Expected(logits, options.Temperature, options.TopK, options.TopP, options.MinP);
            var sampler = new TokenSampler(options, [attempt]);
            // The same stream of numbers: an only token of its kind takes them from a vocabulary in which each has its place.
            var uniform = new TokenSampler(new GenerationOptions { Temperature = 1, Seed = attempt }, [attempt]);
            var order = Enumerable.Range(0, logits.Length).OrderByDescending(token => logits[token]).ThenBy(token => token).Where(token => expected[token] > 0).ToArray();
            for (var draw = 0; draw < 20; draw++)
            {
                var share = uniform.Pick(Equal) / (double)Equal.Length;
                var picked = sampler.Pick(logits);

                var before = order.TakeWhile(token => token != picked).Sum(token => expected[token]);
                Assert.InRange(share, before - (1.0 / Equal.Length) - 1e-9, before + expected[picked] + 1e-9);
            }
        }
    }

    [Fact]
    public void Equal_and_extreme_logits_come_in_the_order_of_sorting()
    {
        var random = new Random(3);
        var tokens = new LikeliestTokens();
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var logits = Enumerable.Range(0, 1 + random.Next(2_000)).Select(_ => random.Next(5) switch
            {
                0 => float.NegativeInfinity,
                1 => -0f,
                2 => 0f,
                3 => random.Next(-3, 3),
                _ => (float)(random.NextDouble() - 0.5),
            }).ToArray();
            tokens.Reset(logits);

            Assert.Equal(
                Enumerable.Range(0, logits.Length).OrderByDescending(token => logits[token]).ThenBy(token => token),
                Enumerable.Range(0, logits.Length).Select(place => tokens[place]));
        }
    }

    // Each token of the first thousands is as likely as every other, so that a draw tells the random number.
    private static readonly float[] Equal = new float[4_096];

    private static double[] Expected(float[] logits, double temperature, int topK, double topP, double minP)
    {
        var order = Enumerable.Range(0, logits.Length).OrderByDescending(token => logits[token]).ThenBy(token => token).ToArray();
        var kept = topK == 0 ? order : [.. order.Take(topK)];
        var top = logits.Max();
        var weights = kept.Select(token => Math.Exp(((double)logits[token] - top) / temperature)).ToArray();
        var mass = weights.Sum();
        var covered = 0.0;
        var nucleus = kept.Zip(weights).TakeWhile(pair =>
        {
            var isNeeded = covered < topP * mass && pair.Second >= minP;
            covered += pair.Second;
            return isNeeded;
        }).ToArray();
        var expected = new double[logits.Length];
        foreach (var (token, weight) in nucleus)
            expected[token] = weight / nucleus.Sum(pair => pair.Second);
        return expected;
    }
}
