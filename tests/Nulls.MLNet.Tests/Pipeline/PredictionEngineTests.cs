using Microsoft.ML;

namespace Nulls.MLNet.Tests.Pipeline;

[Collection(nameof(Alone))]
public class PredictionEngineTests
{
    private readonly MLContext _ml = new();
    private readonly ModelCalls _calls;

    public PredictionEngineTests() => _calls = new ModelCalls(_ml);

    [Fact]
    public void An_engine_scores_as_a_view_does()
    {
        using var model = TinyModel.In(_ml);
        var expected = TinyModel.Score(model, TinyModel.Corpus);
        using var engine = Engine<ScoredRow>(model);

        foreach (var (row, batch) in TinyModel.Corpus.Zip(expected))
        {
            var single = engine.Predict(row);

            // A row alone and a row in a batch differ in padding, and so in the order of sums.
            Assert.Equal(batch.Score, single.Score, 1e-4f);
            Assert.Equal((batch.Text, batch.TokenCount, batch.SinkState), (single.Text, single.TokenCount, single.SinkState));
            Assert.Equal(batch.SinkSources, single.SinkSources);
            Assert.Equal(TinyModel.Width, single.Features.Length);
        }
    }

    [Fact]
    public void A_prediction_of_many_columns_is_one_model_call()
    {
        using var model = TinyModel.In(_ml);
        using var engine = Engine<ScoredRow>(model);

        engine.Predict(TinyModel.Corpus[0]);
        engine.Predict(TinyModel.Corpus[1]);

        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public void A_prediction_computes_only_what_its_class_has()
    {
        using var model = TinyModel.In(_ml);
        using var engine = Engine<ScoreOnly>(model);

        engine.Predict(TinyModel.Corpus[0]);

        Assert.Equal("One model call for 1 texts: LogProbabilities.", Assert.Single(_calls.Lines));
    }

    [Fact]
    public void An_engine_over_a_chain_calls_the_model_once_a_prediction()
    {
        using var model = TinyModel.In(_ml);
        var data = _ml.Data.LoadFromEnumerable(TinyModel.Corpus);
        var before = _ml.Transforms.Text.NormalizeText("Text").Fit(data);
        var scored = model.Transform(before.Transform(data));
        var after = _ml.Transforms.Concatenate("All", "Score", "Features", "Score").Fit(scored);
        var chain = before.Append(model).Append(after);
        using var engine = _ml.Model.CreatePredictionEngine<Row, Concatenated>(chain);

        var prediction = engine.Predict(TinyModel.Corpus[0]);

        Assert.Equal(1, _calls.Count);
        Assert.Equal(TinyModel.Width + 2, prediction.All.Length);
        Assert.Equal(prediction.Score, prediction.All[0]);
    }

    [Fact]
    public void An_engine_that_owns_its_model_leaves_relatives_alive()
    {
        using var sibling = TinyModel.In(_ml);
        var model = sibling.Unlearn("house-1");

        Engine<ScoreOnly>(model).Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Bundle);
        Assert.Equal(TinyModel.Corpus.Count, TinyModel.Score(sibling, TinyModel.Corpus).Count);
    }

    [Fact]
    public void An_engine_that_does_not_own_its_model_leaves_it_alive()
    {
        using var model = TinyModel.In(_ml);

        _ml.Model.CreatePredictionEngine<Row, ScoreOnly>(model, new Microsoft.ML.PredictionEngineOptions { OwnsTransformer = false }).Dispose();

        Assert.Equal(TinyModel.Corpus.Count, TinyModel.Score(model, TinyModel.Corpus).Count);
    }

    [Fact]
    public void A_text_without_tokens_scores_not_a_number()
    {
        using var model = TinyModel.In(_ml);
        using var engine = Engine<ScoredRow>(model);

        var empty = engine.Predict(new Row { Text = "", Source = TinyModel.Sources[0] });

        Assert.True(float.IsNaN(empty.Score));
        Assert.Equal(0, empty.TokenCount);
        Assert.Empty(empty.TokenLogProbabilities);
    }

    [Fact]
    public void A_completion_is_written_when_its_class_has_one()
    {
        using var model = TinyModel.In(_ml);
        using var engine = Engine<Completed>(model);

        var completed = engine.Predict(new Row { Text = "In house 3 lives", Source = "house-3" });

        Assert.NotEqual("", completed.Completion);
        Assert.Equal("One model call for 1 texts: Completion.", Assert.Single(_calls.Lines));
    }

    [Fact]
    public void A_thousand_engines_leave_no_tensor_behind()
    {
        using var model = TinyModel.In(_ml);
        Engine<ScoreOnly>(model, owns: false).Predict(TinyModel.Corpus[0]);

        LiveTensors.AssertUnchangedBy(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                using var engine = Engine<ScoreOnly>(model, owns: false);
                if (i % 50 == 0)
                    engine.Predict(TinyModel.Corpus[i % TinyModel.Corpus.Count]);
            }
        });
    }

    [Fact]
    public void Ten_thousand_predictions_leave_no_tensor_and_no_memory_behind()
    {
        using var model = TinyModel.In(_ml);
        using var engine = Engine<ScoreOnly>(model);
        void Predict(int count)
        {
            for (var i = 0; i < count; i++)
                engine.Predict(TinyModel.Corpus[i % TinyModel.Corpus.Count]);
        }

        Predict(1000);
        var before = ResidentMegabytes();
        LiveTensors.AssertUnchangedBy(() => Predict(10_000));

        // The allocators and the compiler still move by 10 MB or so in the first seconds; a leak of 4 KB a prediction would be 40 MB.
        Assert.InRange(ResidentMegabytes() - before, double.MinValue, 32);
    }

    private static double ResidentMegabytes()
    {
        LiveTensors.Settle();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64 / 1048576.0;
    }

    private PredictionEngine<Row, T> Engine<T>(NullsTransformer model, bool owns = true) where T : class, new() =>
        _ml.Model.CreatePredictionEngine<Row, T>(model, new Microsoft.ML.PredictionEngineOptions { OwnsTransformer = owns });

    private sealed class Concatenated
    {
        public float Score { get; set; }
        public float[] All { get; set; } = [];
    }

    private sealed class Completed
    {
        public string Completion { get; set; } = "";
    }
}
