using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Tests;

public class ThreadingTests
{
    private const int Threads = 8;

    private readonly MLContext _ml = new();

    [Fact]
    public void Eight_threads_share_one_model()
    {
        using var model = TinyModel.In(_ml);
        var expected = TinyModel.Score(model, TinyModel.Corpus);

        Parallel.For(0, 4 * Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ =>
        {
            foreach (var (one, other) in expected.Zip(TinyModel.Score(model, TinyModel.Corpus)))
                Assert.Equal((one.Text, one.Score, one.SinkState), (other.Text, other.Score, other.SinkState));
        });
    }

    [Fact]
    public void Threads_with_an_engine_each_share_one_model()
    {
        using var model = TinyModel.In(_ml);
        using var reference = Engine(model);
        var expected = TinyModel.Corpus.Select(row => reference.Predict(row).Score).ToArray();

        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ =>
        {
            using var engine = Engine(model);
            for (var i = 0; i < TinyModel.Corpus.Count; i++)
                Assert.Equal(expected[i], engine.Predict(TinyModel.Corpus[i]).Score);
        });
    }

    [Fact]
    public void Relatives_unlearn_and_score_at_the_same_time()
    {
        using var model = TinyModel.In(_ml);
        var expected = TinyModel.Scores(model, TinyModel.Sourced);

        Parallel.For(0, 4 * Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i =>
        {
            var source = TinyModel.Sources[i % TinyModel.Sources.Count];
            using var forgetful = model.Unlearn(source);
            var scored = TinyModel.Score(forgetful, TinyModel.Sourced);
            for (var row = 0; row < scored.Count; row++)
                Assert.Equal(TinyModel.Sourced[row].Source == source, scored[row].SinkState != "Own");
            Assert.Equal(expected, TinyModel.Scores(model, TinyModel.Sourced));
        });
    }

    [Fact]
    public void One_view_is_enumerated_by_many_threads()
    {
        using var model = TinyModel.In(_ml, TinyModel.Options with { BatchSize = 5 });
        var view = model.Transform(_ml.Data.LoadFromEnumerable(TinyModel.Corpus));
        var expected = view.GetColumn<float>("Score").ToArray();

        Parallel.For(0, 2 * Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, _ => Assert.Equal(expected, view.GetColumn<float>("Score")));
    }

    private PredictionEngine<Row, ScoreOnly> Engine(NullsTransformer model) =>
        _ml.Model.CreatePredictionEngine<Row, ScoreOnly>(model, new PredictionEngineOptions { OwnsTransformer = false });
}
