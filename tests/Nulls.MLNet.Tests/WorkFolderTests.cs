using Microsoft.ML;
using Microsoft.ML.Runtime;
using Nulls.Training;

namespace Nulls.MLNet.Tests;

public sealed class WorkFolderTests : IDisposable
{
    private static readonly TrainingOptions FewSteps = new() { Passes = 8, RowsPerStep = 4, StepsPerReport = 1 };

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_same_program_run_again_goes_on_even_if_its_context_has_no_seed()
    {
        using var cancellation = new CancellationTokenSource();
        var stop = Reports(report =>
        {
            if (report.Step == 5)
                cancellation.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Fit(new MLContext(), Options with { Progress = stop, CancellationToken = cancellation.Token }));

        var steps = new List<int>();
        using var resumed = Fit(new MLContext(), Options with { Progress = Reports(report => steps.Add(report.Step)) });
        Assert.Equal(6, steps[0]);

        using var again = Fit(new MLContext(), Options with { Progress = Reports(_ => Assert.Fail("A step was made.")) });
        Assert.Equal(TinyModel.Scores(resumed, TinyModel.Corpus), TinyModel.Scores(again, TinyModel.Corpus));
    }

    [Fact]
    public void Another_seed_is_refused()
    {
        Fit(new MLContext(), Options with { Seed = 1 }).Dispose();
        Assert.Contains("Seed is 1 there and 2 here", Assert.Throws<InvalidOperationException>(() => Fit(new MLContext(), Options with { Seed = 2 })).Message, StringComparison.Ordinal);
    }

    [FactOnLinux]
    public void A_disk_that_fills_up_is_a_warning_and_costs_neither_the_training_nor_the_earlier_checkpoint()
    {
        var ml = new MLContext();
        var warnings = new List<string>();
        ml.Log += (_, line) => warnings.AddRange(line.Kind == ChannelMessageKind.Warning ? [line.RawMessage] : []);
        using (var limit = new DelayedLimit())
        {
            var options = Options with { Training = FewSteps with { StepsPerCheckpoint = 1 }, Progress = Reports(report => limit.BeginAt(report.Step == 3)) };
            using var model = Fit(ml, options);
            Assert.Equal(TinyModel.Corpus.Count, TinyModel.Scores(model, TinyModel.Corpus).Length);
        }

        Assert.Contains(warnings, warning => warning.StartsWith("The training goes on, but the checkpoint of step 3 could not be written, and the one of step 2 stays: '", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.StartsWith("The trained model is whole, but", StringComparison.Ordinal));

        var steps = new List<int>();
        using var resumed = Fit(new MLContext(), Options with { Progress = Reports(report => steps.Add(report.Step)) });
        Assert.Equal(3, steps[0]);
    }

    [FactOnLinux]
    public void A_full_disk_at_the_start_is_an_error_before_the_first_step()
    {
        using var limit = new FileSizeLimit(1 << 10);
        var options = Options with { Progress = Reports(_ => Assert.Fail("A step was made.")) };
        Assert.Contains("was not written, because it is larger than a file may be there", Assert.ThrowsAny<IOException>(() => Fit(new MLContext(), options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Held_out_rows_choose_the_best_step_and_are_on_the_log()
    {
        var ml = new MLContext();
        var lines = new List<string>();
        ml.Log += (_, line) => lines.Add(line.RawMessage);
        var reports = new List<TrainingProgress>();
        using var model = ml.Nulls(Options with { WorkFolder = null, Progress = Reports(reports.Add) })
            .Fit(ml.Data.LoadFromEnumerable(TinyModel.Corpus), ml.Data.LoadFromEnumerable(TinyModel.Corpus.Take(6)));
        Assert.NotNull(reports[^1].BestValidationLoss);
        Assert.Contains(lines, line => line.Contains(" on validation", StringComparison.Ordinal));
    }

    [Fact]
    public void Held_out_rows_need_no_source_column()
    {
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable(TinyModel.Corpus.Select(row => new { row.Text }));
        using var model = ml.Nulls(Options with { WorkFolder = null }).Fit(ml.Data.LoadFromEnumerable(TinyModel.Corpus), rows);
        Assert.Equal(TinyModel.Sources.Count, model.Bundle.Sources.Count);
    }

    [Fact]
    public void Held_out_rows_without_text_are_refused()
    {
        var ml = new MLContext();
        var estimator = ml.Nulls(Options with { WorkFolder = null });
        var error = Assert.Throws<ArgumentException>(() => estimator.Fit(ml.Data.LoadFromEnumerable(TinyModel.Corpus), ml.Data.LoadFromEnumerable<Row>([new() { Source = "house-1" }])));
        Assert.Contains("The validation data has no text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_path_is_refused_by_its_option() =>
        Assert.Contains("WorkFolder", Assert.Throws<ArgumentException>(() => new NullsOptions { WorkFolder = " " }.Validate()).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private NullsOptions Options => TinyModel.Options with { Training = FewSteps, Seed = null, WorkFolder = _folder["work"] };

    private static NullsTransformer Fit(MLContext ml, NullsOptions options) => ml.Nulls(options).Fit(ml.Data.LoadFromEnumerable(TinyModel.Corpus));

    private static Callback Reports(Action<TrainingProgress> report) => new(report);

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    private sealed class DelayedLimit : IDisposable
    {
        private FileSizeLimit? _limit;

        public void BeginAt(bool isTime)
        {
            if (isTime)
                _limit ??= new FileSizeLimit(1 << 10);
        }

        public void Dispose() => _limit?.Dispose();
    }
}
