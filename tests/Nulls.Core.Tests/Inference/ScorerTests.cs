using Nulls.Inference;
using Nulls.Model;
using Nulls.Tests.Support;
using static Nulls.Tests.Inference.Closeness;
using static TorchSharp.torch;

namespace Nulls.Tests.Inference;

public class ScorerTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("source-4", "")]
    [InlineData(null, "amber dune ")]
    [InlineData("source-4", "amber dune ")]
    public void Log_probabilities_equal_those_of_the_text_alone(string? source, string prompt)
    {
        var request = new ScoringRequest("meadow kettle orchid", source, prompt);
        var tokens = tiny.Sequence(request);
        var oracle = tiny.LogProbabilities(tokens[..^1], tiny.GateOf(source is null ? SourceGate.NoSource : 4));
        var textStart = tokens.Length - 1 - tiny.Tokenizer.Encode(request.Text).Length;
        var expected = Enumerable.Range(textStart, tokens.Length - 1 - textStart).Select(t => oracle[t][tokens[t + 1]]).ToArray();

        var result = tiny.Score(request);

        AssertClose(expected, result.TokenLogProbabilities);
        Assert.Equal(expected.Average(), result.Score, Close);
        Assert.Equal(
            Enumerable.Range(textStart, expected.Length).Select(t => oracle[t].Max() == oracle[t][tokens[t + 1]]), result.TokenIsTop);
    }

    [Fact]
    public void Sinks_matter() =>
        Assert.True(Math.Abs(tiny.Score(new ScoringRequest(tiny.Texts[2], TinyModel.Key(2))).Score - tiny.Score(new ScoringRequest(tiny.Texts[2], null)).Score) > 0.01);

    [Theory]
    [InlineData("")]
    [InlineData("harbour island ")]
    public void A_routed_text_is_predicted_by_the_mixture_of_its_gates(string prompt)
    {
        var request = new ScoringRequest("jasmine kettle lantern ember", null, prompt);
        var (expected, isTop) = Mixture(request, tiny.Router.Route(request, new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned).Gates);

        var result = tiny.Score(request, routing: SinkRouting.NearestSources);

        AssertClose(expected, result.TokenLogProbabilities);
        Assert.Equal(isTop, result.TokenIsTop);
    }

    [Fact]
    public void A_routed_text_is_as_likely_as_its_gates_find_it_on_average()
    {
        // The chain rule undone: whatever the weights were on the way, the product is the mean of the gates' likelihoods.
        var request = new ScoringRequest(tiny.Texts[1], null);
        var tokens = tiny.Sequence(request);
        var gates = tiny.Router.Route(request, new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned).Gates;
        var likelihoods = gates.Select(gate =>
        {
            var oracle = tiny.LogProbabilities(tokens[..^1], tiny.GateOf(gate.Source));
            return Enumerable.Range(0, tokens.Length - 1).Sum(t => oracle[t][tokens[t + 1]]);
        }).ToArray();

        var total = tiny.Score(request, routing: SinkRouting.NearestSources).TokenLogProbabilities.Sum(value => (double)value);

        Assert.Equal(4, gates.Count);
        Assert.True(tokens.Length > TinyModel.Config.ContextLength, "The weights must survive a change of window.");
        Assert.Equal(LikelihoodMixture.LogSumOfExponentials(likelihoods) - Math.Log(4), total, 1e-4);
    }

    [Fact]
    public void Every_text_token_is_marked_top_exactly_when_it_is_the_argmax()
    {
        var requests = Enumerable.Range(0, 40).Select(i => new ScoringRequest(TinyModel.RandomText(new Random(i), 8), null, i % 2 == 0 ? "" : "amber")).ToArray();
        var results = tiny.Score(requests, routing: SinkRouting.NearestSources);
        var tops = 0;
        for (var i = 0; i < requests.Length; i++)
        {
            var (_, isTop) = Mixture(requests[i], tiny.Router.Route(requests[i], new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned).Gates);
            Assert.Equal(isTop, results[i].TokenIsTop);
            tops += isTop.Count(top => top);
        }

        Assert.True(tops > 5, "The test needs tokens that are the likeliest.");
    }

    [Theory]
    [InlineData(SinkRouting.Backbone)]
    [InlineData(SinkRouting.NearestSources)]
    public void A_score_does_not_depend_on_what_else_is_in_the_list(SinkRouting routing)
    {
        var requests = MixedRequests();
        const ScoringOutputs Outputs = ScoringOutputs.LogProbabilities | ScoringOutputs.Features;
        var together = tiny.Score(requests, Outputs, routing);
        for (var i = 0; i < requests.Length; i++)
        {
            var alone = tiny.Score(requests[i], Outputs, routing);
            AssertClose([.. alone.TokenLogProbabilities], together[i].TokenLogProbabilities);
            AssertClose([.. alone.Features], together[i].Features);
        }
    }

    [Fact]
    public void Features_and_log_probabilities_do_not_depend_on_each_other()
    {
        var requests = MixedRequests();
        var both = tiny.Score(requests, ScoringOutputs.LogProbabilities | ScoringOutputs.Features, SinkRouting.NearestSources);
        var logProbabilities = tiny.Score(requests, ScoringOutputs.LogProbabilities, SinkRouting.NearestSources);
        var features = tiny.Score(requests, ScoringOutputs.Features, SinkRouting.NearestSources);
        for (var i = 0; i < requests.Length; i++)
        {
            AssertClose([.. logProbabilities[i].TokenLogProbabilities], both[i].TokenLogProbabilities);
            AssertClose([.. features[i].Features], both[i].Features);
        }
    }

    [Fact]
    public void The_same_list_gives_the_same_bits()
    {
        var requests = MixedRequests();
        const ScoringOutputs Outputs = ScoringOutputs.LogProbabilities | ScoringOutputs.Features;
        var first = tiny.Score(requests, Outputs, SinkRouting.NearestSources);
        var second = tiny.Score(requests, Outputs, SinkRouting.NearestSources);

        Assert.Equal(first.SelectMany(result => result.TokenLogProbabilities), second.SelectMany(result => result.TokenLogProbabilities));
        Assert.Equal(first.SelectMany(result => result.Features), second.SelectMany(result => result.Features));
    }

    [Theory]
    [InlineData(SinkRouting.Backbone, 23)]
    [InlineData(SinkRouting.Backbone, 24)]
    [InlineData(SinkRouting.Backbone, 25)]
    [InlineData(SinkRouting.Backbone, 80)]
    [InlineData(SinkRouting.NearestSources, 80)]
    public void A_text_longer_than_the_context_is_scored_window_by_window(SinkRouting routing, int tokenCount)
    {
        var request = RequestOfLength(tokenCount, prompt: "");
        var gates = tiny.Router.Route(request, new RouteSettings(routing), TinyModel.NoneUnlearned).Gates;

        var result = tiny.Score(request, routing: routing);

        Assert.Equal(tokenCount, result.TokenLogProbabilities.Count);
        AssertClose(Mixture(request, gates).LogProbabilities, result.TokenLogProbabilities);
    }

    [Theory]
    [InlineData(SinkRouting.Backbone)]
    [InlineData(SinkRouting.NearestSources)]
    public void A_prompt_longer_than_the_context_still_counts(SinkRouting routing)
    {
        var request = RequestOfLength(10, prompt: string.Concat(tiny.Texts.Take(3)));
        var gates = tiny.Router.Route(request, new RouteSettings(routing), TinyModel.NoneUnlearned).Gates;

        AssertClose(Mixture(request, gates).LogProbabilities, tiny.Score(request, routing: routing).TokenLogProbabilities);
    }

    [Fact]
    public void More_tokens_than_one_pass_takes_are_scored_alike()
    {
        var requests = Enumerable.Range(0, 300).Select(i => new ScoringRequest(TinyModel.RandomText(new Random(i), 40), i % 3 == 0 ? null : TinyModel.Key(i % 12))).ToArray();
        var results = tiny.Score(requests);

        Assert.True(results.Sum(result => result.TokenLogProbabilities.Count) > 2 * 16_384);
        foreach (var i in new[] { 0, 150, 299 })
            AssertClose([.. tiny.Score(requests[i]).TokenLogProbabilities], results[i].TokenLogProbabilities);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Few_logits_at_a_time_give_the_same(bool isMixture)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var hidden_ND = randn(9, 32, generator: new Generator(5));
        var queries = new (int Row, int Token)[] { (0, 5), (0, 6), (1, 7), (2, 1), (2, 2), (2, 3), (3, 299) };
        long[][] rows = [[0, 1], [2, 3], [4, 8], [6, 7]];
        double[][] logWeights = [[-1, -0.5], [-0.1, -2], [-0.7, -0.7], [0, -9]];
        object Look(int logitsAtATime) => isMixture
            ? TokenLikelihood.IsTopOfMixture(tiny.Model, ComputeWeights.Float32, hidden_ND, rows, logWeights, queries, logitsAtATime)
            : TokenLikelihood.Of(tiny.Model, ComputeWeights.Float32, hidden_ND, queries, logitsAtATime).LogProbabilities.Select(value => Math.Round(value, 4));

        Assert.Equal(Look(1 << 20), Look(1));
        Assert.Equal(Look(1 << 20), Look(1300));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public void Passes_hold_every_window_once_longest_first_and_no_more_tokens_than_they_may(int tokensPerPass)
    {
        var plan = new ReadingPlan(readsLastToken: false);
        var random = new Random(1);
        for (var text = 0; text < 40; text++)
            plan.Add([SourceGate.Backbone], [.. Enumerable.Range(0, random.Next(2, 60)).Select(_ => random.Next(256))], promptLength: 0);
        var passes = plan.Passes(tiny.Model.Config, tokensPerPass).ToArray();

        Assert.All(passes, pass => Assert.True(pass.Count == 1 || pass.Sum(window => window.TokenCount) <= tokensPerPass));
        var lengths = passes.SelectMany(pass => pass).Select(window => window.Length).ToArray();
        Assert.Equal(lengths.OrderDescending(), lengths);
        Assert.Equal(plan.Readings.Sum(reading => reading.Inputs.Length), lengths.Sum());
    }

    [Fact]
    public void Answers_of_one_token_to_a_question_are_one_reading()
    {
        var plan = new ReadingPlan(readsLastToken: false);
        var question = tiny.Router.Route(new ScoringRequest("", null, tiny.Texts[0]), new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned).Gates;
        foreach (var answer in Enumerable.Range(10, 24))
            plan.Add(question, [0, 1, 2, 3, answer], promptLength: 3);
        plan.Add([SourceGate.Backbone], [0, 1, 2, 3, 10], promptLength: 3);
        plan.Add(question, [0, 1, 2, 3, 10], promptLength: 2);

        Assert.Equal(3, plan.Readings.Count);
        Assert.Equal([16, 16, 4], plan.Passes(tiny.Model.Config, tokensPerPass: 100).Single().Select(window => window.TokenCount).OrderDescending());
    }

    [Fact]
    public void Answers_that_share_a_reading_are_scored_as_alone()
    {
        var answers = Enumerable.Range(0, tiny.Tokenizer.VocabularySize - 1).Select(token => tiny.Tokenizer.Decode([token])).Where(answer => tiny.Tokenizer.Encode(answer).Length == 1);
        var requests = answers.Append("amber dune").Select(answer => new ScoringRequest(answer, null, "kettle lantern")).ToArray();
        var results = tiny.Score(requests, routing: SinkRouting.NearestSources);

        for (var i = 0; i < requests.Length; i++)
            AssertClose([.. tiny.Score(requests[i], routing: SinkRouting.NearestSources).TokenLogProbabilities], results[i].TokenLogProbabilities);
        Assert.True(results.Select(result => result.Score).Distinct().Count() > 10);
    }

    [Fact]
    public void Completions_without_options_are_refused() =>
        Assert.Throws<ArgumentNullException>(() => tiny.Score(new ScoringRequest("amber", null), ScoringOutputs.Completion));

    [Fact]
    public void A_completion_continues_prompt_and_text()
    {
        var generation = new GenerationOptions { MaxTokens = 6 };
        var parted = tiny.Scorer.Score([new ScoringRequest(" dune", TinyModel.Key(1), "amber")], ScoringOutputs.Completion, generation, new RouteSettings(SinkRouting.Backbone), TinyModel.NoneUnlearned);
        var start = new TextStart(tiny.Sequence(new ScoringRequest(" dune", null, "amber")), [new SourceGate(1, tiny.GateOf(1))]);
        var tokens = new TextGenerator(tiny.Model, ComputeWeights.Float32, tiny.Tokenizer.EndOfTextId).Generate([start], generation, CancellationToken.None);

        Assert.Equal(tiny.Tokenizer.Decode(tokens[0]), parted[0].Completion);
        Assert.NotEqual("", parted[0].Completion);
    }

    [Fact]
    public void A_model_that_computes_in_16_bits_scores_and_continues_alike()
    {
        using var weights = new ComputeWeights(tiny.Model, ScalarType.BFloat16);
        var requests = MixedRequests();
        var results = new Scorer(tiny.Model, weights, tiny.Tokenizer, tiny.Sources, tiny.Router).Score(
            requests, ScoringOutputs.LogProbabilities | ScoringOutputs.Completion, new GenerationOptions { MaxTokens = 5 }, new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned);
        var expected = tiny.Score(requests, routing: SinkRouting.NearestSources);

        // 8 bits a product, through two layers: some hundredths of a nat a token.
        for (var i = 0; i < requests.Length; i++)
            Assert.All(expected[i].TokenLogProbabilities.Zip(results[i].TokenLogProbabilities), pair => Assert.Equal(pair.First, pair.Second, 0.15f));
        Assert.Contains(results, result => result.Completion.Length > 0);
    }

    [Fact]
    public void Scoring_leaves_no_tensor_behind()
    {
        tiny.Score(MixedRequests(), routing: SinkRouting.NearestSources);
        LiveTensors.AssertUnchangedBy(() => tiny.Scorer.Score(
            MixedRequests(), (ScoringOutputs)31, new GenerationOptions { MaxTokens = 3 }, new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned));
    }

    [Fact]
    public void Scoring_inside_a_callers_scope_adds_nothing_to_it()
    {
        using var scope = NewDisposeScope();
        tiny.Scorer.Score(MixedRequests(), (ScoringOutputs)31, new GenerationOptions { MaxTokens = 3 }, new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned);

        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public async Task Threads_do_not_disturb_each_other()
    {
        var lists = Enumerable.Range(0, 8).Select(thread => Enumerable.Range(0, 10)
            .Select(i => new ScoringRequest(TinyModel.RandomText(new Random(thread * 100 + i), 3 + i), i % 2 == 0 ? null : TinyModel.Key(i))).ToArray()).ToArray();
        var expected = lists.Select(list => tiny.Score(list, routing: SinkRouting.NearestSources)).ToArray();

        var found = await Task.WhenAll(lists.Select(list => Task.Run(() => tiny.Score(list, routing: SinkRouting.NearestSources))));

        for (var thread = 0; thread < lists.Length; thread++)
        {
            for (var i = 0; i < lists[thread].Length; i++)
                AssertClose([.. expected[thread][i].TokenLogProbabilities], found[thread][i].TokenLogProbabilities);
        }
    }

    [Fact]
    public void A_cancelled_call_stops() => Assert.Throws<OperationCanceledException>(() => tiny.Scorer.Score(
        [new ScoringRequest("amber", null)], ScoringOutputs.LogProbabilities, null, new RouteSettings(SinkRouting.Backbone), TinyModel.NoneUnlearned, new CancellationToken(true)));

    // In plain probabilities, from whole distributions of each gate alone.
    private (double[] LogProbabilities, bool[] IsTop) Mixture(ScoringRequest request, IReadOnlyList<SourceGate> gates)
    {
        var tokens = tiny.Sequence(request);
        var textStart = tokens.Length - 1 - tiny.Tokenizer.Encode(request.Text).Length;
        var oracles = gates.Select(gate => tiny.LogProbabilities(tokens[..^1], tiny.GateOf(gate.Source))).ToArray();
        var weights = gates.Select(_ => 1.0 / gates.Count).ToArray();
        var logProbabilities = new List<double>();
        var isTop = new List<bool>();
        for (var t = 0; t < tokens.Length - 1; t++)
        {
            var mixed = Enumerable.Range(0, oracles[0][t].Length).Select(token => Enumerable.Range(0, gates.Count).Sum(j => weights[j] * Math.Exp(oracles[j][t][token]))).ToArray();
            if (t >= textStart)
            {
                logProbabilities.Add(Math.Log(mixed[tokens[t + 1]]));
                isTop.Add(mixed.Max() == mixed[tokens[t + 1]]);
            }

            for (var j = 0; j < weights.Length; j++)
                weights[j] *= Math.Exp(oracles[j][t][tokens[t + 1]]) / mixed[tokens[t + 1]];
        }

        return ([.. logProbabilities], [.. isTop]);
    }

    private ScoringRequest[] MixedRequests() =>
    [
        new("amber", null), new("", TinyModel.Key(1)), new(tiny.Texts[0], TinyModel.Key(0)), new(tiny.Texts[0], TinyModel.Key(1)),
        new(string.Concat(tiny.Texts.Take(4)), null), new("dune", null, "cedar badger"), new("dune", TinyModel.Key(9), "cedar badger"),
        new("ember", null, "cedar badger"), new("only4 island", "never seen"), new("zzz", null),
    ];

    private ScoringRequest RequestOfLength(int tokenCount, string prompt)
    {
        var text = TinyModel.RandomText(new Random(tokenCount), tokenCount);
        while (tiny.Tokenizer.Encode(text).Length > tokenCount)
            text = text[..^1];
        Assert.Equal(tokenCount, tiny.Tokenizer.Encode(text).Length);
        return new ScoringRequest(text, null, prompt);
    }
}
