using Nulls.Model;
using Nulls.Tests.Support;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Tests.Training;

/// <summary>What a work folder does for a training in one process.</summary>
public sealed class ContinuedTrainingTests : IDisposable
{
    private static readonly NullsBundleOptions Options = TinyBundle.Options with
    {
        Training = new TrainingOptions { Passes = 10, RowsPerStep = 4, GeneralShare = 0.3, BackboneSteps = 8, LearningRate = 1e-2, StepsPerReport = 1, StepsPerValidation = 3, CheckpointInterval = TimeSpan.FromDays(1) },
    };

    private static readonly Document[] Validation =
        [.. TinyBundle.Keys.Select((key, i) => new Document(TinyBundle.Text(i)[..30], key)), new("In book 99 nothing happens.", null), new("Another book.", "unknown")];

    private readonly TemporaryFolder _folder = new();

    private string Work => _folder["work"];

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(12)]
    [InlineData(17)]
    public void A_training_that_was_cancelled_goes_on_with_the_bits_of_one_that_was_not(int step)
    {
        var whole = Weights(Options);
        Cancel(InWork, step);
        Assert.Equal(whole, Weights(InWork));
    }

    [Fact]
    public void A_training_cancelled_after_every_step_ends_with_the_same_bits()
    {
        var whole = Weights(Options);
        var step = 1;
        while (IsCancelled(InWork, step))
            step++;

        Assert.True(step > 15, $"{step} steps");
        Assert.Equal(whole, Weights(InWork));
    }

    [Fact]
    public void Cancelling_keeps_all_steps_that_were_done()
    {
        Cancel(InWork, step: 7);
        var first = 0;
        using var bundle = Train(InWork, new Callback(report => first = first == 0 ? report.Step : first));
        Assert.Equal(8, first);
    }

    [Fact]
    public void Cancelling_between_a_step_and_its_validation_changes_nothing()
    {
        var whole = Weights(Options);
        // The first falls between two steps for certain, and some of the others between two batches of the validation that follows step 9; a machine may be too fast for the rest.
        var cancelledCount = 0;
        for (var microseconds = 0; microseconds < 4_000; microseconds += 500)
        {
            using var cancellation = new CancellationTokenSource();
            var delay = TimeSpan.FromMicroseconds(microseconds);
            try
            {
                Train(InWork with { Training = InWork.Training with { StepsPerReport = 8 } }, new Callback(_ => Cancel(cancellation, delay)), cancellation.Token).Dispose();
            }
            catch (OperationCanceledException)
            {
                cancelledCount++;
            }
        }

        Assert.True(cancelledCount > 0);
        Assert.Equal(whole, Weights(InWork));
    }

    [Fact]
    public void The_best_weights_survive_a_stop_after_them()
    {
        // Learned by heart, so that what is held out becomes less likely.
        var options = Options with { Training = Options.Training with { Passes = 40, BackboneSteps = 0, EarlyStopPatience = 6 } };
        Document[] heldOut = [new("The owl and the pig are friends of the elk.", "book-3"), new("Nobody sleeps.", null)];
        var reports = new List<TrainingProgress>();
        using var whole = NullsBundle.Train(TinyBundle.Corpus(), options, heldOut, new Callback(reports.Add));
        var best = reports.First(report => report.ValidationLoss == reports[^1].BestValidationLoss).Step;
        Assert.True(best + 6 < reports[^1].Step && reports[^1].Step < reports[^1].StepCount, $"best at {best}, ended at {reports[^1].Step} of {reports[^1].StepCount}");

        using var cancellation = new CancellationTokenSource();
        var stop = new Callback(report =>
        {
            if (report.Step == best + 5)
                cancellation.Cancel();
        });
        options = options with { WorkFolder = Work };
        Assert.ThrowsAny<OperationCanceledException>(() => NullsBundle.Train(TinyBundle.Corpus(), options, heldOut, stop, cancellationToken: cancellation.Token));
        Assert.Equal([$"best-{best}.safetensors"], Directory.EnumerateFiles(Work, "best-*").Select(Path.GetFileName));

        // That they are gone is told before the training goes on, not at its end.
        File.Move(_folder["work", $"best-{best}.safetensors"], _folder["aside"]);
        var error = Assert.Throws<InvalidDataException>(() => NullsBundle.Train(TinyBundle.Corpus(), options, heldOut, new Callback(_ => Assert.Fail("A step was made."))));
        Assert.Contains($"best-{best}.safetensors' is missing", error.Message, StringComparison.Ordinal);
        File.Move(_folder["aside"], _folder["work", $"best-{best}.safetensors"]);

        using var resumed = NullsBundle.Train(TinyBundle.Corpus(), options, heldOut);
        Assert.Equal(Weights(whole), Weights(resumed));
        Assert.Empty(Directory.EnumerateFiles(Work, "best-*"));
    }

    [Fact]
    public void A_finished_training_is_returned_without_a_step()
    {
        var first = Weights(InWork);
        using var bundle = Train(InWork, new Callback(_ => Assert.Fail("A step was made.")));
        Assert.Equal(first, Weights(bundle));
    }

    [Fact]
    public void A_finished_training_keeps_the_ids_of_its_sources()
    {
        using var first = Train(InWork);
        using var second = Train(InWork);
        Assert.Equal(first.Sources.GetId(0), second.Sources.GetId(0));
    }

    [Fact]
    public void The_work_folder_holds_no_key_of_a_source()
    {
        Cancel(InWork, step: 3);
        foreach (var file in Directory.EnumerateFiles(Work, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("book-", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_but_the_last_checkpoint_is_left_at_the_end()
    {
        using var bundle = Train(InWork with { Training = InWork.Training with { StepsPerCheckpoint = 2 } });
        Assert.Equal(["checkpoint", "lock", "nulls-work.json", "store"], Directory.EnumerateFileSystemEntries(Work).Select(Path.GetFileName).Order());
        Assert.Equal(
            ["checkpoint.json", "model.safetensors", "sources.bin"],
            Directory.EnumerateFiles(Path.Combine(Work, "checkpoint")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Reports_after_a_stop_count_all_steps_and_time_this_run_alone()
    {
        Cancel(InWork, step: 12);
        var reports = new List<TrainingProgress>();
        using var bundle = Train(InWork, new Callback(reports.Add));
        Assert.Equal(Enumerable.Range(13, reports[0].StepCount - 12), reports.Select(report => report.Step));
        Assert.All(reports, report => Assert.Equal(report.Elapsed.TotalSeconds / (report.Step - 12) * (report.StepCount - report.Step), report.Remaining.TotalSeconds, 1e-3));
    }

    [Fact]
    public void Intervals_and_routing_may_change()
    {
        var whole = Weights(Options);
        Cancel(InWork, step: 5);
        Assert.Equal(whole, Weights(InWork with
        {
            Routing = Nulls.Inference.SinkRouting.Backbone,
            Training = InWork.Training with { StepsPerReport = 7, StepsPerCheckpoint = 3, CheckpointInterval = TimeSpan.FromMinutes(1) },
        }));
    }

    [FactNeedingBFloat16]
    public void A_training_whose_precision_was_chosen_keeps_the_one_it_began_with()
    {
        Cancel(InWork, step: 5);
        // As if the machine that began it had found the other one faster.
        var other = SavedPrecision.Read(Work) == nameof(Precision.Float32) ? nameof(Precision.BFloat16) : nameof(Precision.Float32);
        SavedPrecision.Replace(Work, other);
        Train(InWork).Dispose();
        Assert.Equal(other, SavedPrecision.Read(Work));
    }

    [FactNeedingBFloat16]
    public void A_training_in_bfloat16_that_was_cancelled_goes_on_with_its_bits()
    {
        var options = Options with { Training = Options.Training with { Precision = Precision.BFloat16 } };
        var whole = Weights(options);
        Cancel(options with { WorkFolder = Work }, step: 12);
        Assert.Equal(whole, Weights(options with { WorkFolder = Work }));
        Assert.Equal("BFloat16", SavedPrecision.Read(Work));
    }

    [Fact]
    public void A_folder_that_was_moved_goes_on()
    {
        var whole = Weights(Options);
        Cancel(InWork, step: 13);
        Directory.Move(Work, _folder["moved"]);
        Assert.Equal(whole, Weights(Options with { WorkFolder = _folder["moved"] }));
    }

    public void Dispose() => _folder.Dispose();

    private NullsBundleOptions InWork => Options with { WorkFolder = Work };

    private static NullsBundle Train(NullsBundleOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        NullsBundle.Train(TinyBundle.Corpus(), options, Validation, progress, cancellationToken: cancellationToken);

    private static void Cancel(NullsBundleOptions options, int step) => Assert.True(IsCancelled(options, step));

    // False when the training has no such step.
    private static bool IsCancelled(NullsBundleOptions options, int step)
    {
        using var cancellation = new CancellationTokenSource();
        var progress = new Callback(report =>
        {
            if (report.Step == step)
                cancellation.Cancel();
        });
        try
        {
            Train(options, progress, cancellation.Token).Dispose();
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private static byte[] Weights(NullsBundleOptions options)
    {
        using var bundle = Train(options);
        return Weights(bundle);
    }

    private static byte[] Weights(NullsBundle bundle)
    {
        using var stream = new MemoryStream();
        bundle.Parts.Single(part => part.Name == "model.safetensors").Write(stream);
        return stream.ToArray();
    }

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    private static void Cancel(CancellationTokenSource cancellation, TimeSpan delay)
    {
        if (delay == TimeSpan.Zero)
            cancellation.Cancel();
        else
            cancellation.CancelAfter(delay);
    }
}
