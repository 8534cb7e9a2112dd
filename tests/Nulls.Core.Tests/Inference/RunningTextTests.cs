using Nulls.Inference;
using Nulls.Model;
using Nulls.Tests.Support;

namespace Nulls.Tests.Inference;

public class RunningTextTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private static readonly RouteSettings RunningText = new(SinkRouting.RunningText);

    [Fact]
    public void Seven_tenths_are_the_backbones_before_any_token() =>
        AssertWeights([0.1, 0.1, 0.1, 0.7], new LikelihoodMixture(4, GateMixing.TokenByToken));

    [Fact]
    public void With_fewer_sources_the_backbone_has_the_rest() =>
        AssertWeights([0.1, 0.9], new LikelihoodMixture(2, GateMixing.TokenByToken));

    [Fact]
    public void A_token_multiplies_the_weights_and_three_tenths_return_to_the_prior()
    {
        var mixture = new LikelihoodMixture(2, GateMixing.TokenByToken);
        mixture.Observe([Math.Log(0.9), Math.Log(0.1)]);

        // .1 × .9 against .9 × .1 is even; .7 × .5 + .3 × .1, and .7 × .5 + .3 × .9.
        AssertWeights([0.38, 0.62], mixture);
    }

    [Fact]
    public void No_predictor_is_ever_lost()
    {
        var random = new Random(1);
        var mixture = new LikelihoodMixture(4, GateMixing.TokenByToken);
        for (var token = 0; token < 1_000; token++)
        {
            mixture.Observe([.. Enumerable.Range(0, 4).Select(_ => -1_000 * random.NextDouble())]);
            var weights = Array.ConvertAll(mixture.LogWeights(), Math.Exp);

            Assert.Equal(1, weights.Sum(), 1e-9);
            Assert.All(weights[..3], weight => Assert.InRange(weight, 0.03 - 1e-9, 0.73 + 1e-9));
            Assert.InRange(weights[3], 0.21 - 1e-9, 0.91 + 1e-9);
        }
    }

    [Fact]
    public void A_text_is_scored_by_the_mixture_of_every_token()
    {
        foreach (var (prompt, text) in new[] { ("", string.Concat(tiny.Texts.Take(3))), (tiny.Texts[4], " dune ember fjord"), (string.Concat(tiny.Texts.Take(3)), " island") })
        {
            var request = new ScoringRequest(text, null, prompt);
            var result = tiny.Score(request, routing: SinkRouting.RunningText);

            AssertClose(Oracle(request).LogProbabilities, result.TokenLogProbabilities);
            Assert.NotEqual(tiny.Score(request, routing: SinkRouting.NearestSources).Score, result.Score);
        }
    }

    [Fact]
    public void The_likeliest_token_is_that_of_the_mixture()
    {
        var request = new ScoringRequest(string.Concat(tiny.Texts.Take(3)), null);

        Assert.Equal(Oracle(request).IsTop, tiny.Score(request, routing: SinkRouting.RunningText).TokenIsTop);
    }

    [Fact]
    public void Features_are_weighted_by_the_mean_weights_in_the_text()
    {
        var request = new ScoringRequest(" dune ember fjord", null, "cedar");
        var gates = tiny.Router.Route(request, RunningText, TinyModel.NoneUnlearned).Gates;
        var (_, _, weights) = Oracle(request);
        var tokens = tiny.Sequence(request);
        var expected = new double[tiny.Model.Config.Width];
        for (var j = 0; j < gates.Count; j++)
        {
            var hidden = tiny.Hidden(tokens, tiny.GateOf(gates[j].Source))[^weights.Count..];
            for (var d = 0; d < expected.Length; d++)
                expected[d] += weights.Average(weight => weight[j]) * hidden.Average(state => state[d]);
        }

        AssertClose(expected, tiny.Score(request, ScoringOutputs.Features, SinkRouting.RunningText).Features);
    }

    [Fact]
    public void A_continuation_follows_the_mixture_of_every_token()
    {
        var random = new Random(3);
        var requests = Enumerable.Range(0, 8).Select(_ => new ScoringRequest(TinyModel.RandomText(random, 3), null)).ToArray();
        var generation = new GenerationOptions { MaxTokens = 4 };

        var results = tiny.Scorer.Score(requests, ScoringOutputs.Completion, generation, RunningText, TinyModel.NoneUnlearned);

        foreach (var (request, result) in requests.Zip(results))
        {
            var gates = tiny.Router.Route(request, RunningText, TinyModel.NoneUnlearned).Gates;
            var tokens = tiny.Sequence(request);
            for (var step = 0; step < generation.MaxTokens && tokens[^1] != tiny.Tokenizer.EndOfTextId | step == 0; step++)
                tokens = [.. tokens, Next(tokens, gates)];
            var written = tokens[tiny.Sequence(request).Length..];
            Assert.Equal(tiny.Tokenizer.Decode(written[^1] == tiny.Tokenizer.EndOfTextId ? written[..^1] : written), result.Completion);
        }
    }

    [Fact]
    public void A_text_that_shares_a_term_with_no_source_runs_the_backbone() =>
        Assert.Same(SinkRoute.Backbone, tiny.Router.Route(new ScoringRequest("zzz", null), RunningText, TinyModel.NoneUnlearned));

    private int Next(int[] tokens, IReadOnlyList<SourceGate> gates)
    {
        var (mixed, _) = Mix(tokens, gates)[^1];
        return Array.IndexOf(mixed, mixed.Max());
    }

    private (double[] LogProbabilities, bool[] IsTop, IReadOnlyList<double[]> Weights) Oracle(ScoringRequest request)
    {
        var tokens = tiny.Sequence(request);
        var first = tokens.Length - 1 - tiny.Tokenizer.Encode(request.Text).Length;
        var steps = Mix(tokens, tiny.Router.Route(request, RunningText, TinyModel.NoneUnlearned).Gates)[first..^1];
        return (
            [.. steps.Select((step, t) => Math.Log(step.Mixed[tokens[first + t + 1]]))],
            [.. steps.Select((step, t) => step.Mixed.Max() == step.Mixed[tokens[first + t + 1]])],
            [.. steps.Select(step => step.Weights)]);
    }

    // In plain probabilities, from whole distributions of each gate alone: the mixture after each token, and its weights.
    private (double[] Mixed, double[] Weights)[] Mix(int[] tokens, IReadOnlyList<SourceGate> gates)
    {
        var oracles = gates.Select(gate => tiny.LogProbabilities(tokens, tiny.GateOf(gate.Source))).ToArray();
        double[] prior = [.. gates.Select(gate => gate.Source == SourceGate.NoSource ? 1 - (0.1 * (gates.Count - 1)) : 0.1)];
        var weights = prior;
        var steps = new (double[], double[])[tokens.Length];
        for (var t = 0; t < tokens.Length; t++)
        {
            double[] mixed = [.. Enumerable.Range(0, oracles[0][t].Length).Select(token => gates.Select((_, j) => weights[j] * Math.Exp(oracles[j][t][token])).Sum())];
            steps[t] = (mixed, weights);
            if (t < tokens.Length - 1)
                weights = [.. weights.Select((weight, j) => (0.7 * weight * Math.Exp(oracles[j][t][tokens[t + 1]]) / mixed[tokens[t + 1]]) + (0.3 * prior[j]))];
        }

        return steps;
    }

    private static void AssertWeights(double[] expected, LikelihoodMixture mixture) =>
        Assert.All(expected.Zip(mixture.LogWeights()), pair => Assert.Equal(pair.First, Math.Exp(pair.Second), 1e-12));

    private static void AssertClose(double[] expected, IReadOnlyList<float> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }
}
