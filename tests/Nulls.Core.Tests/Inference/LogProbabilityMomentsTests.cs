using Nulls.Inference;
using Nulls.Model;
using Nulls.Tests.Support;
using static Nulls.Tests.Inference.Closeness;
using static TorchSharp.torch;

namespace Nulls.Tests.Inference;

public class LogProbabilityMomentsTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private const ScoringOutputs Both = ScoringOutputs.LogProbabilities | ScoringOutputs.LogProbabilityMoments;

    [Fact]
    public void Moments_are_those_over_the_vocabulary_at_each_token_of_the_text()
    {
        // Longer than one window of the context.
        var request = new ScoringRequest(tiny.Texts[4], TinyModel.Key(4), "amber dune ");
        var tokens = tiny.Sequence(request);
        var first = tokens.Length - 1 - tiny.Tokenizer.Encode(request.Text).Length;
        var oracle = tiny.LogProbabilities(tokens[..^1], tiny.GateOf(4))[first..];

        AssertMoments(oracle, tiny.Score(request, Both));
        Assert.True(tokens.Length > TinyModel.Config.ContextLength);
    }

    [Fact]
    public void Moments_of_a_routed_text_are_those_of_the_average_prediction()
    {
        var request = new ScoringRequest("orchid pebble", null, "kettle ");
        var tokens = tiny.Sequence(request);
        var first = tokens.Length - 1 - tiny.Tokenizer.Encode(request.Text).Length;
        var gates = tiny.Router.Route(request, new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned).Gates;
        var single = gates.Select(gate => tiny.LogProbabilities(tokens[..^1], tiny.GateOf(gate.Source))).ToArray();
        var mixture = new LikelihoodMixture(gates.Count);
        var oracle = new List<double[]>();
        for (var t = 0; t < tokens.Length - 1; t++)
        {
            var weights = Array.ConvertAll(mixture.LogWeights(), Math.Exp);
            if (t >= first)
                oracle.Add([.. Enumerable.Range(0, single[0][t].Length).Select(v => Math.Log(Enumerable.Range(0, weights.Length).Sum(j => weights[j] * Math.Exp(single[j][t][v]))))]);
            mixture.Observe([.. single.Select(logProbabilities => (double)(float)logProbabilities[t][tokens[t + 1]])]);
        }

        Assert.True(gates.Count > 1);
        AssertMoments([.. oracle], tiny.Score([request], Both, SinkRouting.NearestSources)[0]);
    }

    [Fact]
    public void Moments_alone_and_with_features_are_the_same()
    {
        var request = new ScoringRequest(tiny.Texts[1], TinyModel.Key(1), "cedar ");
        var both = tiny.Score(request, Both);
        var alone = tiny.Score(request, ScoringOutputs.LogProbabilityMoments);
        var withFeatures = tiny.Score(request, Both | ScoringOutputs.Features);

        Assert.Empty(alone.TokenLogProbabilities);
        Assert.Equal(both.LogProbabilityMeans, alone.LogProbabilityMeans);
        AssertClose([.. both.LogProbabilityMeans], withFeatures.LogProbabilityMeans);
        AssertClose([.. both.LogProbabilityVariances], withFeatures.LogProbabilityVariances);
    }

    [Fact]
    public void Answers_that_differ_in_their_last_token_share_the_moments_of_its_place()
    {
        var results = tiny.Score([new("a", TinyModel.Key(2), "dune "), new("b", TinyModel.Key(2), "dune ")], Both);

        Assert.NotEqual(results[0].TokenLogProbabilities, results[1].TokenLogProbabilities);
        Assert.Equal(results[0].LogProbabilityMeans, results[1].LogProbabilityMeans);
        Assert.NotEmpty(results[0].LogProbabilityMeans);
    }

    [Fact]
    public void They_are_given_only_when_asked_for_and_not_for_no_tokens()
    {
        Assert.Empty(tiny.Score(new ScoringRequest("amber", null)).LogProbabilityMeans);
        Assert.Empty(tiny.Score(new ScoringRequest("", null), Both).LogProbabilityVariances);
    }

    [Fact]
    public void A_few_positions_at_a_time_give_the_same_and_leave_no_tensors()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        var hidden_ND = randn([20, TinyModel.Config.Width], generator: generator);
        double[][] logWeights = [.. Enumerable.Range(0, 9).Select(i => (double[])[Math.Log(0.1 * (i + 0.5)), Math.Log(1 - (0.1 * (i + 0.5)))])];
        LogProbabilityMoments Of(int logitsAtATime) => LogProbabilityMoments.Of(tiny.Model, ComputeWeights.Float32, hidden_ND, [1, 11], 9, logWeights, logitsAtATime);
        var whole = Of(1 << 20);

        LiveTensors.AssertUnchangedBy(() => Of(4 * 2 * tiny.Model.Config.VocabularySize));
        AssertClose(whole.Means, Of(4 * 2 * tiny.Model.Config.VocabularySize).Means);
        AssertClose(whole.Variances, Of(1).Variances);
    }

    private static void AssertMoments(double[][] oracle, ScoringResult result)
    {
        var means = oracle.Select(row => row.Sum(value => Math.Exp(value) * value)).ToArray();
        AssertClose(means, result.LogProbabilityMeans);
        AssertClose([.. oracle.Select((row, t) => row.Sum(value => Math.Exp(value) * (value - means[t]) * (value - means[t])))], result.LogProbabilityVariances);
        Assert.Equal(result.TokenLogProbabilities.Count, result.LogProbabilityMeans.Count);
    }
}
