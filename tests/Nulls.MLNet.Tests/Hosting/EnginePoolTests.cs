using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Nulls.Inference;

namespace Nulls.MLNet.Tests.Hosting;

public class EnginePoolTests
{
    private const int Requests = 400;
    private const int House = 3;

    [Fact]
    public async Task Parallel_predictions_by_engines_of_a_pool_are_answered_right()
    {
        await using var hosted = new HostedModel();
        var pool = await StartAsync(hosted);
        using var bundle = TinyModel.Bundle.WithRouting(SinkRouting.Backbone);
        var expected = TinyModel.Corpus.Select(row => bundle.Score([new ScoringRequest(row.Text, row.Source)], ScoringOutputs.LogProbabilities)[0].Score).ToArray();

        Parallel.For(0, Requests, i => Assert.Equal(expected[i % expected.Length], Predict(pool, TinyModel.Corpus[i % expected.Length]).Score, 1e-4f));
    }

    [Fact]
    public async Task A_source_unlearned_under_load_never_answers_an_engine_again()
    {
        await using var hosted = new HostedModel();
        var pool = await StartAsync(hosted);
        var row = TinyModel.Sourced.First(row => row.Source == TinyModel.Sources[House]);
        var isUnlearned = false;

        Parallel.For(0, Requests, i =>
        {
            if (i == Requests / 4)
            {
                HostedModel.UnlearnAsync(hosted.Services, TinyModel.Sources[House]).GetAwaiter().GetResult();
                Volatile.Write(ref isUnlearned, true);
            }

            var wasUnlearned = Volatile.Read(ref isUnlearned);
            Assert.False(Predict(pool, row).SinkState == "Own" && wasUnlearned);
            Assert.Equal("Own", Predict(pool, TinyModel.Sourced[0]).SinkState);
        });

        Assert.Equal("Backbone", Predict(pool, row).SinkState);
    }

    [Fact]
    public async Task Predictions_and_orders_in_parallel_leave_no_tensor_behind()
    {
        await using var hosted = new HostedModel();
        var pool = await StartAsync(hosted);
        Parallel.For(0, 40, i => Predict(pool, TinyModel.Corpus[i % TinyModel.Corpus.Count]));
        LiveTensors.Settle();
        var before = LiveTensors.InProcess;

        Parallel.For(0, Requests, i =>
        {
            Predict(pool, TinyModel.Corpus[i % TinyModel.Corpus.Count]);
            if (i % 80 == 0)
                HostedModel.UnlearnAsync(hosted.Services, TinyModel.Sources[House]).GetAwaiter().GetResult();
            else if (i % 40 == 0)
                HostedModel.Unlearning(hosted.Services).RestoreAsync([TinyModel.Sources[House]], HostedModel.Request).GetAwaiter().GetResult();
        });

        LiveTensors.Settle();
        Assert.Equal(before, LiveTensors.InProcess);
    }

    private static async Task<ObjectPool<PredictionEngine<Row, Answer>>> StartAsync(HostedModel hosted) =>
        (await hosted.StartAsync(with: builder => builder.AddPredictionEngine<Row, Answer>())).GetRequiredService<ObjectPool<PredictionEngine<Row, Answer>>>();

    private static Answer Predict(ObjectPool<PredictionEngine<Row, Answer>> pool, Row row)
    {
        var engine = pool.Get();
        try
        {
            return engine.Predict(row);
        }
        finally
        {
            pool.Return(engine);
        }
    }

    private sealed class Answer
    {
        public float Score { get; set; }

        public string SinkState { get; set; } = "";
    }
}
