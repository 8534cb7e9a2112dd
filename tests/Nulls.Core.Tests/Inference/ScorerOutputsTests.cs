using Nulls.Inference;
using static Nulls.Tests.Inference.Closeness;

namespace Nulls.Tests.Inference;

/// <summary>What a scorer gives besides log-probabilities, and what it leaves out.</summary>
public class ScorerOutputsTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void Features_are_the_mean_hidden_state_of_the_texts_own_tokens()
    {
        var request = new ScoringRequest("meadow nectar", TinyModel.Key(6), "amber ");
        var tokens = tiny.Sequence(request);
        var hidden = tiny.Hidden(tokens, tiny.GateOf(6)).TakeLast(tiny.Tokenizer.Encode(request.Text).Length).ToArray();

        AssertClose([.. Enumerable.Range(0, 32).Select(d => hidden.Average(state => state[d]))], tiny.Score(request, ScoringOutputs.Features).Features);
    }

    [Fact]
    public void Features_of_a_routed_text_are_weighted_by_likelihood()
    {
        var request = new ScoringRequest("orchid", null, "pebble kettle ");
        var tokens = tiny.Sequence(request);
        var textLength = tiny.Tokenizer.Encode(request.Text).Length;
        var gates = tiny.Router.Route(request, new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned).Gates;
        var likelihoods = gates.Select(gate =>
        {
            var oracle = tiny.LogProbabilities(tokens, tiny.GateOf(gate.Source));
            return Math.Exp(Enumerable.Range(0, tokens.Length - 1).Sum(t => oracle[t][tokens[t + 1]]));
        }).ToArray();
        var means = gates.Select(gate => tiny.Hidden(tokens, tiny.GateOf(gate.Source)).TakeLast(textLength).ToArray()).ToArray();
        var expected = Enumerable.Range(0, 32).Select(d =>
            Enumerable.Range(0, gates.Count).Sum(j => likelihoods[j] / likelihoods.Sum() * means[j].Average(state => state[d])));

        Assert.True(gates.Count > 1);
        AssertClose([.. expected], tiny.Score(request, ScoringOutputs.Features, SinkRouting.NearestSources).Features);
    }

    [Fact]
    public void A_text_without_tokens_has_no_score()
    {
        var result = tiny.Score(new ScoringRequest("", TinyModel.Key(1), "amber"), ScoringOutputs.LogProbabilities | ScoringOutputs.TokenCount | ScoringOutputs.Features);

        Assert.Equal(float.NaN, result.Score);
        Assert.Empty(result.TokenLogProbabilities);
        Assert.Equal(0, result.TokenCount);
        Assert.Equal(32, result.Features.Count);
        Assert.All(result.Features, feature => Assert.Equal(float.NaN, feature));
    }

    [Fact]
    public void A_request_made_without_its_constructor_has_no_prompt() => Assert.Equal(
        tiny.Score(new ScoringRequest("amber", null)).TokenLogProbabilities, tiny.Score(new ScoringRequest { Text = "amber" }).TokenLogProbabilities);

    [Fact]
    public void No_requests_give_no_results() => Assert.Empty(tiny.Score([]));

    [Fact]
    public void Only_what_is_asked_for_is_given()
    {
        var request = new ScoringRequest("amber dune", TinyModel.Key(1));
        var nothing = tiny.Score(request, ScoringOutputs.None);
        var state = tiny.Score(request, ScoringOutputs.SinkState | ScoringOutputs.TokenCount);

        Assert.Equal(new ScoringResult { TokenLogProbabilities = nothing.TokenLogProbabilities, TokenIsTop = nothing.TokenIsTop, SinkSources = nothing.SinkSources, Features = nothing.Features }, nothing);
        Assert.Empty(nothing.TokenLogProbabilities);
        Assert.Empty(nothing.Features);
        Assert.Equal(SinkState.Own, state.SinkState);
        Assert.Equal([tiny.Sources.GetId(1)], state.SinkSources);
        Assert.Equal(tiny.Tokenizer.Encode("amber dune").Length, state.TokenCount);
        Assert.Empty(state.TokenLogProbabilities);
    }

    [Fact]
    public void The_sources_of_a_routed_text_are_told()
    {
        var request = new ScoringRequest(tiny.Texts[3], null);
        var result = tiny.Score(request, ScoringOutputs.SinkState, SinkRouting.NearestSources);

        Assert.Equal(SinkState.Routed, result.SinkState);
        Assert.Equal(tiny.Index.Nearest(tiny.Texts[3], 3, TinyModel.NoneUnlearned).Select(match => tiny.Sources.GetId(match.Source)), result.SinkSources);
    }

    [Fact]
    public void An_unlearned_source_scores_to_the_bit_like_text_without_a_source()
    {
        var unlearned = tiny.Scorer.Score([new ScoringRequest(tiny.Texts[2], TinyModel.Key(2))], ScoringOutputs.LogProbabilities, null, new RouteSettings(SinkRouting.Backbone), source => source == 2);

        Assert.Equal(tiny.Score(new ScoringRequest(tiny.Texts[2], null)).TokenLogProbabilities, unlearned[0].TokenLogProbabilities);
    }
}
