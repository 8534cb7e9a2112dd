using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Tests;

public class DependencyInjectionTests
{
    private const int Requests = 400;

    [Fact]
    public void Parallel_requests_through_a_pool_are_answered_right()
    {
        using var services = Services();
        var scoring = services.GetRequiredService<ScoringService>();
        var expected = TinyModel.Corpus.Select(row => scoring.Predict(row).Score).ToArray();

        Parallel.For(0, Requests, i => Assert.Equal(expected[i % expected.Length], scoring.Predict(TinyModel.Corpus[i % expected.Length]).Score));
    }

    [Fact]
    public void A_source_unlearned_under_load_never_answers_again()
    {
        using var services = Services();
        var scoring = services.GetRequiredService<ScoringService>();
        var row = TinyModel.Sourced.First(row => row.Source == "house-3");
        var isUnlearned = false;

        Parallel.For(0, Requests, i =>
        {
            if (i == Requests / 4)
            {
                scoring.Replace(model => model.Unlearn("house-3"));
                Volatile.Write(ref isUnlearned, true);
            }

            var wasUnlearned = Volatile.Read(ref isUnlearned);
            var state = scoring.Predict(row).SinkState;
            Assert.False(wasUnlearned && state == "Own");
            Assert.Equal("Own", scoring.Predict(TinyModel.Sourced[0]).SinkState);
        });

        Assert.NotEqual("Own", scoring.Predict(row).SinkState);
    }

    [Fact]
    public void Requests_and_swaps_leave_no_tensor_behind()
    {
        using var services = Services();
        var scoring = services.GetRequiredService<ScoringService>();
        scoring.Predict(TinyModel.Corpus[0]);
        LiveTensors.Settle();
        var before = LiveTensors.InProcess;

        Parallel.For(0, Requests, i =>
        {
            scoring.Predict(TinyModel.Corpus[i % TinyModel.Corpus.Count]);
            if (i % 40 == 0)
                scoring.Replace(model => i % 80 == 0 ? model.Unlearn("house-3") : model.Restore("house-3"));
        });

        LiveTensors.Settle();
        Assert.Equal(before, LiveTensors.InProcess);
    }

    [Fact]
    public void A_batch_is_scored_through_the_same_service()
    {
        using var services = Services();
        var scoring = services.GetRequiredService<ScoringService>();

        Assert.Equal(TinyModel.Scores(services.GetRequiredService<NullsTransformer>(), TinyModel.Corpus), scoring.Score(TinyModel.Corpus));
    }

    private static ServiceProvider Services() => new ServiceCollection()
        .AddSingleton<MLContext>()
        .AddSingleton(provider => TinyModel.In(provider.GetRequiredService<MLContext>()))
        .AddSingleton<ScoringService>()
        .BuildServiceProvider();

    private sealed class Answer
    {
        public float Score { get; set; }
        public string SinkState { get; set; } = "";
    }

    /// <summary>What an application registers: engines from a pool, and a model that can be swapped while requests run.</summary>
    private sealed class ScoringService : IDisposable
    {
        private readonly MLContext _ml;
        private readonly Lock _swap = new();
        private readonly List<NullsTransformer> _retired = [];
        private volatile Serving _serving;

        public ScoringService(MLContext ml, NullsTransformer model)
        {
            _ml = ml;
            _serving = Serve(model);
        }

        public Answer Predict(Row row)
        {
            var engines = _serving.Engines;
            var engine = engines.Get();
            try
            {
                return engine.Predict(row);
            }
            finally
            {
                engines.Return(engine);
            }
        }

        public List<float> Score(IEnumerable<Row> rows) => [.. _serving.Model.Transform(_ml.Data.LoadFromEnumerable(rows)).GetColumn<float>("Score")];

        public void Replace(Func<NullsTransformer, NullsTransformer> change)
        {
            lock (_swap)
            {
                // Requests under way finish on the old handle. It holds no weights of its own, so it may wait for the end.
                _retired.Add(_serving.Model);
                _serving = Serve(change(_serving.Model));
            }
        }

        public void Dispose()
        {
            _serving.Model.Dispose();
            _retired.ForEach(model => model.Dispose());
        }

        private Serving Serve(NullsTransformer model) => new(model, new DefaultObjectPoolProvider().Create(new EnginePolicy(_ml, model)));
    }

    private sealed record Serving(NullsTransformer Model, ObjectPool<PredictionEngine<Row, Answer>> Engines);

    private sealed class EnginePolicy(MLContext ml, NullsTransformer model) : PooledObjectPolicy<PredictionEngine<Row, Answer>>
    {
        public override PredictionEngine<Row, Answer> Create() =>
            ml.Model.CreatePredictionEngine<Row, Answer>(model, new PredictionEngineOptions { OwnsTransformer = false });

        public override bool Return(PredictionEngine<Row, Answer> obj) => true;
    }
}
