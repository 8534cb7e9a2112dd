using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Nulls.Training;

namespace Nulls.MLNet.Tests;

public class NullsEstimatorTests
{
    // Enough to be a training: what these tests ask does not depend on what is learnt.
    private static readonly NullsOptions OneStep = TinyModel.Options with { Training = new TrainingOptions { Passes = 1 } };

    private static readonly MLContext Context = new();

    [Fact]
    public void Training_reads_text_and_source_alone_and_once()
    {
        var data = new RecordingView(Context.Data.LoadFromEnumerable(TinyModel.Corpus.Select(row => new { row.Text, row.Source, Other = 1f })));

        using var model = Context.Nulls(OneStep).Fit(data);

        Assert.Equal(["Source", "Text"], Assert.Single(data.Opened));
        Assert.Equal(TinyModel.Corpus.Count, data.RowsRead);
    }

    [Fact]
    public void A_model_trained_on_keys_equals_one_trained_on_their_texts()
    {
        var texts = Context.Data.LoadFromEnumerable(TinyModel.Corpus);
        var keys = Context.Transforms.Conversion.MapValueToKey("Source").Fit(texts).Transform(texts);

        using var ofTexts = Context.Nulls(OneStep).Fit(texts);
        using var ofKeys = Context.Nulls(OneStep).Fit(keys);

        Assert.Equal(TinyModel.Scores(ofTexts, TinyModel.Corpus), TinyModel.Scores(ofKeys, TinyModel.Corpus));
        Assert.Equal(TinyModel.Sources.Count, ofKeys.Bundle.Sources.Count);
        Assert.False(ofKeys.Bundle.IsUnlearned("house-3"));
    }

    [Fact]
    public void A_second_fit_gives_the_same_model()
    {
        var data = Context.Data.LoadFromEnumerable(TinyModel.Corpus);
        var estimator = Context.Nulls(OneStep with { Seed = null });

        using var first = estimator.Fit(data);
        using var second = estimator.Fit(data);

        Assert.Equal(Scores(first), Scores(second));
    }

    [Fact]
    public void The_contexts_seed_makes_the_model_the_same()
    {
        using var first = new MLContext(seed: 3).Nulls(OneStep with { Seed = null }).Fit(Context.Data.LoadFromEnumerable(TinyModel.Corpus));
        using var second = new MLContext(seed: 3).Nulls(OneStep with { Seed = null }).Fit(Context.Data.LoadFromEnumerable(TinyModel.Corpus));
        using var other = new MLContext(seed: 4).Nulls(OneStep with { Seed = null }).Fit(Context.Data.LoadFromEnumerable(TinyModel.Corpus));

        Assert.Equal(Scores(first), Scores(second));
        Assert.NotEqual(Scores(first), Scores(other));
    }

    [Fact]
    public void Documents_without_a_source_are_counted_on_the_log()
    {
        var ml = new MLContext();
        var log = new List<LoggingEventArgs>();
        ml.Log += (_, line) => log.Add(line);

        using var model = ml.Nulls(OneStep).Fit(ml.Data.LoadFromEnumerable(TinyModel.Corpus));

        Assert.Contains(log, line => line.Kind == ChannelMessageKind.Info && line.Source == "Nulls; Training"
            && line.RawMessage.StartsWith("Read 32 documents of 8 sources; 16 have no source", StringComparison.Ordinal));
    }

    [Fact]
    public void A_corpus_without_general_text_is_warned_of_on_the_log()
    {
        var ml = new MLContext();
        var warnings = new List<string>();
        ml.Log += (_, line) =>
        {
            if (line.Kind == ChannelMessageKind.Warning)
                warnings.Add(line.RawMessage);
        };

        using var model = ml.Nulls(OneStep).Fit(ml.Data.LoadFromEnumerable(TinyModel.Sourced));

        Assert.NotEmpty(warnings);
    }

    [Fact]
    public void Progress_is_reported_to_the_end_and_logged()
    {
        var ml = new MLContext();
        var lines = new List<string>();
        ml.Log += (_, line) => lines.Add(line.RawMessage);
        var reports = new List<TrainingProgress>();

        using var model = ml.Nulls(OneStep with { Progress = new Reports(reports.Add) }).Fit(ml.Data.LoadFromEnumerable(TinyModel.Corpus));

        Assert.Equal(reports[^1].StepCount, reports[^1].Step);
        Assert.Contains(lines, line => line.Contains($"step {reports[^1].StepCount:N0} of {reports[^1].StepCount:N0}", StringComparison.Ordinal));
    }

    [Fact]
    public void Lines_on_the_log_are_seconds_apart()
    {
        var ml = new MLContext();
        var lines = 0;
        ml.Log += (_, line) => lines += line.Kind == ChannelMessageKind.Info ? 1 : 0;
        using (var channel = ((IHostEnvironment)ml).Start("Training"))
        {
            var log = new TrainingLog(channel, next: null);
            for (var step = 1; step <= 100; step++)
                log.Report(new TrainingProgress(TrainingPhase.Sinks, step, 100, 1, 1, 1, TimeSpan.FromSeconds(step * .1), TimeSpan.Zero));
        }

        // At 0.1, 2.1, 4.1, 6.1 and 8.1 seconds, and at the last step.
        Assert.Equal(6, lines);
    }

    [Fact]
    public void A_cancelled_token_stops_a_training()
    {
        using var cancellation = new CancellationTokenSource();
        var options = TinyModel.Options with
        {
            Training = new TrainingOptions { Passes = 10_000 },
            CancellationToken = cancellation.Token,
            Progress = new Reports(_ => cancellation.Cancel()),
        };

        Assert.ThrowsAny<OperationCanceledException>(() => Context.Nulls(options).Fit(Context.Data.LoadFromEnumerable(TinyModel.Corpus)));
    }

    [Fact]
    public void A_cancelled_context_stops_a_training_in_MLNets_words()
    {
        var ml = new MLContext();
        var options = TinyModel.Options with
        {
            Training = new TrainingOptions { Passes = 10_000 },
            Progress = new Reports(_ => CancelExecution(ml)),
        };

        var exception = Assert.ThrowsAny<OperationCanceledException>(() => ml.Nulls(options).Fit(ml.Data.LoadFromEnumerable(TinyModel.Corpus)));

        Assert.Equal("Operation was canceled.", exception.Message);
    }

    [Fact]
    public void A_cancelled_context_starts_no_further_training()
    {
        var ml = new MLContext();
        var data = new RecordingView(ml.Data.LoadFromEnumerable(TinyModel.Corpus));
        CancelExecution(ml);

        Assert.Throws<OperationCanceledException>(() => ml.Nulls(OneStep).Fit(data));
        Assert.Empty(data.Opened);
    }

    [Fact]
    public void Cancelling_leaves_no_tensor_behind()
    {
        using var cancellation = new CancellationTokenSource();
        var options = TinyModel.Options with
        {
            Training = new TrainingOptions { Passes = 10_000 },
            CancellationToken = cancellation.Token,
            Progress = new Reports(_ => cancellation.Cancel()),
        };
        var data = Context.Data.LoadFromEnumerable(TinyModel.Corpus);

        LiveTensors.AssertUnchangedBy(() => Assert.ThrowsAny<OperationCanceledException>(() => Context.Nulls(options).Fit(data)));
    }

    [Fact]
    public void Data_without_rows_is_refused()
    {
        var exception = Assert.Throws<ArgumentException>(() => Context.Nulls().Fit(Context.Data.LoadFromEnumerable(Array.Empty<Row>())));

        Assert.Contains("The corpus has no text", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void A_corpus_without_any_source_is_refused(string? source)
    {
        var data = Context.Data.LoadFromEnumerable(TinyModel.Corpus.Select(row => new Row { Text = row.Text, Source = source }));

        var exception = Assert.Throws<ArgumentException>(() => Context.Nulls().Fit(data));

        Assert.Contains("None of the 32 documents has a source", exception.Message, StringComparison.Ordinal);
        Assert.Contains("column 'Source'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_gives_the_model_that_was_saved_to_it()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.In(Context).Unlearn("house-2");
        model.SaveFolder(folder["model"]);

        using var loaded = Context.Nulls(TinyModel.Options with { ScoreColumnName = "MyScore" }).LoadFolder(folder["model"]);

        var scored = loaded.Transform(Context.Data.LoadFromEnumerable(TinyModel.Corpus));
        Assert.Equal(Scores(model), scored.GetColumn<float>("MyScore"));
        Assert.True(loaded.Bundle.IsUnlearned("house-2"));
    }

    private static float[] Scores(NullsTransformer model) => TinyModel.Scores(model, TinyModel.Corpus);

    private static void CancelExecution(MLContext ml) =>
        typeof(MLContext).GetMethod("CancelExecution", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.Invoke(ml, null); // As AutoML calls it.

    private sealed class Reports(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
