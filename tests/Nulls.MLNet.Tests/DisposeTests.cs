using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.Inference;
using Nulls.Training;

namespace Nulls.MLNet.Tests;

public class DisposeTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void Everything_refuses_after_Dispose()
    {
        using var folder = new TemporaryFolder();
        var model = TinyModel.In(_ml);
        var data = _ml.Data.LoadFromEnumerable(TinyModel.Corpus);
        var view = model.Transform(data);
        using var engine = _ml.Model.CreatePredictionEngine<Row, ScoreOnly>(model, new PredictionEngineOptions { OwnsTransformer = false });

        model.Dispose();

        foreach (var act in (Action[])
        [
            () => _ = model.Bundle, () => model.Transform(data), () => model.GetOutputSchema(data.Schema), () => ((ITransformer)model).GetRowToRowMapper(data.Schema),
            () => model.Unlearn("house-1"), () => model.Unlearn(_ => true), () => model.Restore("house-1"), () => model.WithRouting(SinkRouting.Backbone),
            () => model.SaveFolder(folder["model"]), () => _ml.Model.Save(model, null, new MemoryStream()),
            () => _ = view.GetColumn<float>("Score").ToArray(), () => engine.Predict(TinyModel.Corpus[0]),
        ])
        {
            Assert.Throws<ObjectDisposedException>(act);
        }
    }

    [Fact]
    public void Dispose_can_be_called_again()
    {
        using var relative = TinyModel.In(_ml);
        var model = relative.Unlearn("house-1");

        model.Dispose();
        model.Dispose();

        Assert.Equal(TinyModel.Corpus.Count, TinyModel.Score(relative, TinyModel.Corpus).Count);
    }

    [Fact]
    public void Weights_live_as_long_as_the_last_relative()
    {
        var data = _ml.Data.LoadFromEnumerable(TinyModel.Corpus);
        var estimator = _ml.Nulls(TinyModel.Options with { Training = new TrainingOptions { Passes = 1 } });

        LiveTensors.AssertUnchangedBy(() =>
        {
            // Below 0 on a thread that disposed what another made.
            var before = LiveTensors.OnThisThread;
            var model = estimator.Fit(data);
            var forgetful = model.Unlearn("house-1");
            var restored = forgetful.Restore("house-1");
            model.Dispose();
            forgetful.Dispose();
            Assert.True(LiveTensors.OnThisThread > before);
            Assert.Equal(TinyModel.Corpus.Count, TinyModel.Score(restored, TinyModel.Corpus).Count);
            restored.Dispose();
        });
    }

    [Fact]
    public void Scoring_leaves_no_tensor_behind()
    {
        using var model = TinyModel.In(_ml);

        LiveTensors.AssertUnchangedBy(() => TinyModel.Score(model, TinyModel.Corpus));
    }

    [Fact]
    public async Task A_model_disposed_while_it_scores_finishes_or_refuses_but_never_breaks()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var model = TinyModel.In(_ml, TinyModel.Options with { BatchSize = 2 });
            var scoring = Task.Run(() => TinyModel.Score(model, TinyModel.Corpus));
            model.Dispose();

            try
            {
                Assert.Equal(TinyModel.Corpus.Count, (await scoring).Count);
            }
            catch (ObjectDisposedException)
            {
                // The other honest outcome.
            }
        }
    }
}
