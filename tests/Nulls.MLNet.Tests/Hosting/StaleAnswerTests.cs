using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Nulls.Inference;
using Nulls.MLNet.Hosting;

namespace Nulls.MLNet.Tests.Hosting;

public class StaleAnswerTests
{
    private const int House = 3;
    private const int Replacements = 5;

    private static readonly GenerationOptions FourTokens = new() { MaxTokens = 4 };

    [Fact]
    public async Task No_answer_comes_from_a_source_once_its_deletion_is_acknowledged()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync();
        var (scorer, unlearning) = (services.GetRequiredService<INullsScorer>(), services.GetRequiredService<IUnlearningService>());
        using var end = new CancellationTokenSource();
        var (stale, answers, orders) = (0, 0, 0);
        var clients = Enumerable.Range(0, 8).Select(client => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                // The same odd number of orders before and after: deleted all the while, and acknowledged before the question.
                var before = Volatile.Read(ref orders);
                var answer = await (client % 4 == 0 ? scorer.CompleteAsync(HostedModel.TextOf(House), FourTokens) : scorer.ScoreAsync(HostedModel.TextOf(House)));
                Interlocked.Increment(ref answers);
                if (before % 2 == 1 && before == Volatile.Read(ref orders) && answer.SinkState == SinkState.Own)
                    Interlocked.Increment(ref stale);
            }
        })).ToArray();

        for (var order = 0; order < 60; order++)
        {
            var underWay = Enumerable.Range(0, 16).Select(_ => scorer.ScoreAsync(HostedModel.TextOf(House))).ToArray();
            await unlearning.UnlearnAsync([TinyModel.Sources[House]], HostedModel.Request);
            var late = underWay.Where(answer => !answer.IsCompleted).ToArray();
            Assert.All(await Task.WhenAll(late), answer => Assert.Equal(SinkState.Backbone, answer.SinkState));
            Interlocked.Increment(ref orders);
            Assert.Equal(SinkState.Backbone, (await scorer.ScoreAsync(HostedModel.TextOf(House))).SinkState);
            await Task.Delay(3);
            Interlocked.Increment(ref orders);
            await unlearning.RestoreAsync([TinyModel.Sources[House]], HostedModel.Request);
            Assert.Equal(SinkState.Own, (await scorer.ScoreAsync(HostedModel.TextOf(House))).SinkState);
        }

        await end.CancelAsync();
        await Task.WhenAll(clients);
        Assert.True(answers > 60);
        Assert.Equal(0, stale);
    }

    [Fact]
    public async Task A_stream_goes_on_without_the_sinks_of_a_source_that_is_deleted_meanwhile()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync();
        var (scorer, unlearning) = (services.GetRequiredService<INullsScorer>(), services.GetRequiredService<IUnlearningService>());
        var request = new ScoringRequest("In house 3 lives", TinyModel.Sources[House]);
        await using var pieces = scorer.StreamAsync(request, new GenerationOptions { MaxTokens = 8 }).GetAsyncEnumerator();
        Assert.True(await pieces.MoveNextAsync());
        var first = pieces.Current;
        await unlearning.UnlearnAsync([TinyModel.Sources[House]], HostedModel.Request);
        var rest = "";
        while (await pieces.MoveNextAsync())
            rest += pieces.Current;

        using var bundle = unlearning.OpenBundle();
        var written = bundle.Tokenizer.Encode(first).Length;
        Assert.Equal(string.Concat(bundle.StreamCompletion(request with { Text = request.Text + first }, new GenerationOptions { MaxTokens = 8 - written })), rest);
    }

    [Fact]
    public async Task A_prediction_engine_taken_before_a_deletion_obeys_it()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync(with: builder => builder.AddPredictionEngine<Row, StateOnly>());
        var pool = services.GetRequiredService<ObjectPool<PredictionEngine<Row, StateOnly>>>();
        var engine = pool.Get();
        var row = TinyModel.Sourced.First(row => row.Source == TinyModel.Sources[House]);
        Assert.Equal("Own", engine.Predict(row).SinkState);
        await services.GetRequiredService<IUnlearningService>().UnlearnAsync([TinyModel.Sources[House]], HostedModel.Request);
        Assert.Equal("Backbone", engine.Predict(row).SinkState);
        pool.Return(engine);
    }

    [Fact]
    public async Task Deletions_and_replaced_models_leave_no_tensor_behind()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync(with: builder => builder.AddPredictionEngine<Row, StateOnly>());
        var (scorer, unlearning) = (services.GetRequiredService<INullsScorer>(), services.GetRequiredService<IUnlearningService>());
        var pool = services.GetRequiredService<ObjectPool<PredictionEngine<Row, StateOnly>>>();
        async Task UseAsync()
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(house => scorer.ScoreAsync(HostedModel.TextOf(house))));
            var engine = pool.Get();
            engine.Predict(TinyModel.Corpus[0]);
            pool.Return(engine);
        }

        await UseAsync();
        await unlearning.ReplaceModelAsync();
        await UseAsync();
        // A parameter takes over the native tensor of another object, which TorchSharp counts as alive for ever though it holds nothing.
        int countedPerLoad;
        using (var loaded = NullsBundle.Load(hosted.ModelPath))
            countedPerLoad = loaded.Contents.Model.parameters().Count();
        LiveTensors.Settle();
        var before = LiveTensors.InProcess;
        for (var i = 0; i < Replacements; i++)
        {
            var requests = Enumerable.Range(0, 16).Select(house => scorer.ScoreAsync(HostedModel.TextOf(house % 8))).ToArray();
            await unlearning.UnlearnAsync([TinyModel.Sources[i]], HostedModel.Request);
            await unlearning.ReplaceModelAsync();
            await Task.WhenAll(requests);
            await UseAsync();
        }

        LiveTensors.Settle();
        Assert.Equal(before + (Replacements * countedPerLoad), LiveTensors.InProcess);
    }

    private sealed class StateOnly
    {
        public string SinkState { get; set; } = "";
    }
}
