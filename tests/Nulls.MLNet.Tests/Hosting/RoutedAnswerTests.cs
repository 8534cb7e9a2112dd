using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Sources;

namespace Nulls.MLNet.Tests.Hosting;

public class RoutedAnswerTests
{
    private const int Deleted = 3;
    private const int Other = 5;

    private static readonly ScoringRequest Question = new("In house 3 lives", null);
    private static readonly GenerationOptions SixTokens = new() { MaxTokens = 6 };

    [Theory]
    [InlineData("score", false)]
    [InlineData("score", true)]
    [InlineData("completion", false)]
    [InlineData("stream", false)]
    [InlineData("engine", false)]
    public async Task An_answer_routed_to_a_source_that_is_deleted_meanwhile_is_computed_again_though_sources_are_hidden(string kind, bool isTold)
    {
        await using var hosted = new HostedModel();
        var router = new TurningRouter();
        var services = await ServeAsync(hosted, router, isTold);
        var unlearning = services.GetRequiredService<IUnlearningService>();
        // The deletion is acknowledged while the first answer is on its way.
        router.Answered = asked =>
        {
            if (asked == 1)
                unlearning.UnlearnAsync([TinyModel.Sources[Deleted]], HostedModel.Request).GetAwaiter().GetResult();
        };

        var answer = await AnswerAsync(kind, services);

        using var bundle = unlearning.OpenBundle();
        using var without = bundle.WithRouter(new TurningRouter { First = Other }, SinkRouting.NearestSource);
        Assert.Equal(2, router.Asked);
        Assert.Equal(Expected(kind, without), answer);
    }

    [Theory]
    [InlineData(true, true, false, true)]
    [InlineData(true, false, false, false)]
    [InlineData(false, true, false, false)]
    [InlineData(true, false, true, true)]
    [InlineData(false, true, true, false)]
    public async Task Sources_are_named_where_both_the_model_and_the_options_name_them(bool byOptions, bool byModel, bool isOwn, bool isNamed)
    {
        await using var hosted = new HostedModel();
        var services = await ServeAsync(hosted, new TurningRouter(), byModel, o => o.ReportsSources = byOptions);
        var result = await services.GetRequiredService<INullsScorer>().ScoreAsync(isOwn ? HostedModel.TextOf(1) : Question);
        Assert.Equal(isNamed, result.SinkSources.Count > 0);
        Assert.Equal(isOwn ? SinkState.Own : SinkState.Routed, result.SinkState);
    }

    [Fact]
    public async Task A_model_that_hides_its_sources_still_does_once_a_source_is_erased_and_it_is_saved()
    {
        await using var hosted = new HostedModel();
        using (var silent = TinyModel.Bundle.WithRoutedSourcesReported(false))
            silent.Save(hosted.ModelPath);
        var services = await hosted.StartAsync();
        await services.GetRequiredService<IUnlearningService>().EraseAsync([TinyModel.Sources[Deleted]], HostedModel.Request);
        using var saved = NullsBundle.Load(hosted.ModelPath);
        Assert.False(saved.ReportsRoutedSources);
    }

    [Fact]
    public async Task A_stream_runs_the_route_that_is_checked_though_a_router_answers_differently_each_time()
    {
        await using var hosted = new HostedModel();
        var router = new TurningRouter();
        var services = await ServeAsync(hosted, router, isTold: true);
        var unlearning = services.GetRequiredService<IUnlearningService>();
        await using var pieces = services.GetRequiredService<INullsScorer>().StreamAsync(Question, SixTokens).GetAsyncEnumerator();
        Assert.True(await pieces.MoveNextAsync());
        var first = pieces.Current;
        using (var toFirst = TinyModel.Bundle.WithRouter(new TurningRouter(), SinkRouting.NearestSource))
            Assert.Equal(toFirst.StreamCompletion(Question, SixTokens).First(), first);
        Assert.Equal(1, router.Asked);

        await unlearning.UnlearnAsync([TinyModel.Sources[Deleted]], HostedModel.Request);
        var rest = "";
        while (await pieces.MoveNextAsync())
            rest += pieces.Current;

        Assert.Equal(2, router.Asked);
        using var bundle = unlearning.OpenBundle();
        using var without = bundle.WithRouter(new TurningRouter { First = Other }, SinkRouting.NearestSource);
        var left = SixTokens with { MaxTokens = SixTokens.MaxTokens - 1 };
        Assert.Equal(string.Concat(without.StreamCompletion(Question with { Text = Question.Text + first }, left)), rest);
    }

    private static Task<IServiceProvider> ServeAsync(HostedModel hosted, TurningRouter router, bool isTold, Action<NullsServiceOptions>? options = null) => hosted.StartAsync(
        o =>
        {
            (o.ModelPath, o.Routing, o.Generation) = (null, null, SixTokens);
            o.LoadModel = (_, _) =>
            {
                using var told = TinyModel.Bundle.WithRoutedSourcesReported(isTold);
                return Task.FromResult(told.WithRouter(router, SinkRouting.NearestSource));
            };
            options?.Invoke(o);
        },
        builder => builder.AddPredictionEngine<Row, ScoreOnly>());

    private static async Task<string> AnswerAsync(string kind, IServiceProvider services)
    {
        var scorer = services.GetRequiredService<INullsScorer>();
        switch (kind)
        {
            case "score":
                return $"{(await scorer.ScoreAsync(Question)).Score}";
            case "completion":
                return (await scorer.CompleteAsync(Question, SixTokens)).Completion;
            case "stream":
                var text = "";
                await foreach (var piece in scorer.StreamAsync(Question, SixTokens))
                    text += piece;
                return text;
            default:
                return await Task.Run(() => $"{services.GetRequiredService<ObjectPool<PredictionEngine<Row, ScoreOnly>>>().Get().Predict(new Row { Text = Question.Text }).Score}");
        }
    }

    private static string Expected(string kind, NullsBundle bundle)
    {
        var result = bundle.Score([Question], kind is "score" or "engine" ? ScoringOutputs.LogProbabilities : ScoringOutputs.Completion, SixTokens)[0];
        return kind is "score" or "engine" ? $"{result.Score}" : result.Completion;
    }

    private sealed class ScoreOnly
    {
        public float Score { get; set; }
    }

    // Answers one house at first, and by turns another.
    private sealed class TurningRouter : ISourceRouter
    {
        private int _asked;

        public int First { get; init; } = Deleted;

        public int Asked => _asked;

        public Action<int>? Answered { get; set; }

        public IReadOnlyList<IReadOnlyList<RoutedSource>> Nearest(IReadOnlyList<string> texts, int count, Func<SourceId, bool> isAdmissible, CancellationToken cancellationToken = default)
        {
            var asked = Interlocked.Increment(ref _asked);
            var house = asked % 2 == 1 ? First : Deleted + Other - First;
            Assert.True(TinyModel.Bundle.Sources.TryGetIndex(TinyModel.Sources[house], out var index));
            var id = TinyModel.Bundle.Sources.GetId(index);
            Answered?.Invoke(asked);
            return [.. texts.Select(_ => (IReadOnlyList<RoutedSource>)[new RoutedSource(id, 1)])];
        }
    }
}
