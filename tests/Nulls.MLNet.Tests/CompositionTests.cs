using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.Training;

namespace Nulls.MLNet.Tests;

public class CompositionTests
{
    // What is trained behind the model matters less than that it trains.
    private static readonly NullsOptions Quick = TinyModel.Options with { Training = new TrainingOptions { Passes = 1 } };

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void The_last_transformer_of_a_chain_has_its_type()
    {
        TransformerChain<NullsTransformer> chain = _ml.Transforms.Text.NormalizeText("Text").Append(_ml.Nulls(Quick)).Fit(Corpus());

        using NullsTransformer model = chain.LastTransformer;
        Assert.Equal(TinyModel.Sources.Count, model.Bundle.Sources.Count);
    }

    [Fact]
    public void Features_train_a_linear_trainer_behind_the_model()
    {
        var pipeline = _ml.Nulls(Quick).AppendCacheCheckpoint(_ml).Append(_ml.BinaryClassification.Trainers.SdcaLogisticRegression("HasSource"));

        using var model = pipeline.Fit(Labelled());
        var metrics = _ml.BinaryClassification.Evaluate(model.Transform(Labelled()), "HasSource");

        Assert.InRange(metrics.Accuracy, .5, 1);
    }

    [Fact]
    public void A_cache_behind_the_model_scores_once_for_all_passes_of_a_trainer()
    {
        var calls = new ModelCalls(_ml);
        var pipeline = _ml.Nulls(Quick).AppendCacheCheckpoint(_ml).Append(_ml.BinaryClassification.Trainers.SdcaLogisticRegression("HasSource"));

        using var model = pipeline.Fit(Labelled());

        Assert.Equal(1, calls.Count);
    }

    [Fact]
    public void Scores_can_be_evaluated_as_a_regression()
    {
        using var model = TinyModel.In(_ml);
        var labelled = _ml.Data.LoadFromEnumerable(TinyModel.Corpus.Select(row => new { row.Text, row.Source, Target = -1f }));

        var metrics = _ml.Regression.Evaluate(model.Transform(labelled), labelColumnName: "Target");

        var expected = TinyModel.Score(model, TinyModel.Corpus).Average(row => Math.Abs(row.Score + 1));
        Assert.Equal(expected, metrics.MeanAbsoluteError, 1e-4);
    }

    [Fact]
    public void A_pipeline_can_be_cross_validated_by_source()
    {
        var pipeline = _ml.Nulls(Quick).AppendCacheCheckpoint(_ml).Append(_ml.BinaryClassification.Trainers.SdcaLogisticRegression("HasSource"));

        var folds = _ml.BinaryClassification.CrossValidateNonCalibrated(Labelled(), pipeline, numberOfFolds: 2, labelColumnName: "HasSource", samplingKeyColumnName: "Fold");

        Assert.Equal(2, folds.Count);
        foreach (var fold in folds)
            ((IDisposable)fold.Model).Dispose();
    }

    [Fact]
    public void The_estimator_alone_can_be_cross_validated()
    {
        var labelled = _ml.Data.LoadFromEnumerable(TinyModel.Corpus.Select((row, index) => new { row.Text, row.Source, Target = -1f, Fold = index % 3 }));

        var folds = _ml.Regression.CrossValidate(labelled, _ml.Nulls(Quick), numberOfFolds: 2, labelColumnName: "Target");

        Assert.All(folds, fold => Assert.True(double.IsFinite(fold.Metrics.MeanAbsoluteError)));
        foreach (var fold in folds)
            ((IDisposable)fold.Model).Dispose();
    }

    [Fact]
    public void Two_models_in_one_chain_keep_their_columns_apart()
    {
        using var first = TinyModel.In(_ml);
        using var second = TinyModel.In(_ml, WithPrefix("Second")).Unlearn(TinyModel.Sources);

        var scored = first.Append(second).Transform(_ml.Data.LoadFromEnumerable(TinyModel.Sourced));

        Assert.Equal(TinyModel.Scores(first, TinyModel.Sourced), scored.GetColumn<float>("Score"));
        Assert.All(scored.GetColumn<string>("SecondSinkState"), state => Assert.NotEqual("Own", state));
        Assert.NotEqual(scored.GetColumn<float>("Score"), scored.GetColumn<float>("SecondScore"));
    }

    [Fact]
    public void The_same_model_twice_in_a_row_hides_its_first_scores()
    {
        using var model = TinyModel.In(_ml);

        var schema = model.Append(model).GetOutputSchema(Corpus().Schema);

        Assert.Equal([true, false], schema.Where(column => column.Name == "Score").Select(column => column.IsHidden));
    }

    [Fact]
    public void Pipeline_transforms_before_and_after_the_model_apply_in_order()
    {
        using var model = TinyModel.In(_ml);
        var before = _ml.Transforms.CopyColumns("Text", "Body").Fit(Renamed());
        var scored = model.Transform(before.Transform(Renamed()));
        var after = _ml.Transforms.CopyColumns("Nats", "Score").Fit(scored);

        var chain = before.Append(model).Append(after);

        Assert.Equal(TinyModel.Scores(model, TinyModel.Corpus), chain.Transform(Renamed()).GetColumn<float>("Nats"));
    }

    internal static NullsOptions WithPrefix(string prefix) => TinyModel.Options with
    {
        ScoreColumnName = $"{prefix}Score",
        TokenLogProbabilitiesColumnName = $"{prefix}Tokens",
        TokenCountColumnName = $"{prefix}Count",
        SinkStateColumnName = $"{prefix}SinkState",
        SinkSourcesColumnName = $"{prefix}SinkSources",
        FeaturesColumnName = $"{prefix}Features",
        CompletionColumnName = $"{prefix}Completion",
    };

    private IDataView Corpus() => _ml.Data.LoadFromEnumerable(TinyModel.Corpus);

    private IDataView Renamed() => _ml.Data.LoadFromEnumerable(TinyModel.Corpus.Select(row => new { Body = row.Text, row.Source }));

    // Every fold needs sources, text without one, and both labels.
    private IDataView Labelled() => _ml.Data.LoadFromEnumerable(
        TinyModel.Corpus.Select((row, index) => new { row.Text, row.Source, HasSource = !string.IsNullOrEmpty(row.Source), Fold = $"fold {index / 4}" }));
}
