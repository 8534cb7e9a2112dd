using Nulls.Model;
using Nulls.Sinks;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Tests;

/// <summary>What is refused before any work, and what is warned of.</summary>
public class NullsBundleTrainTests
{
    [Fact]
    public void An_empty_corpus_is_refused() => AssertRefused("no text", [new Document("", "a"), new Document("", null)]);

    [Fact]
    public void A_corpus_without_any_source_is_refused() => AssertRefused("None of the 2 documents has a source", [new Document("one", null), new Document("two", "")]);

    [Fact]
    public void More_sources_than_the_pool_holds_are_refused() => AssertRefused(
        "31 sources (Exclusive, 124 sinks, 4 a source), but the corpus has 40",
        Enumerable.Range(0, 40).Select(i => new Document("text", $"source {i}")),
        TinyBundle.Options with { Model = TinyBundle.Options.Model with { Allocation = SinkAllocationKind.Exclusive } });

    [Fact]
    public void A_first_phase_without_general_text_is_refused() => AssertRefused(
        "every document has a source", [new Document("one", "a")], TinyBundle.Options with { Training = new TrainingOptions { BackboneSteps = 10 } });

    [Fact]
    public void A_pool_that_is_not_prime_times_groups_is_refused() => AssertRefused(
        "prime", [new Document("one", "a")], TinyBundle.Options with { Model = NullsConfig.Tiny with { SinkPoolWidth = 1024 } });

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(double.PositiveInfinity)]
    public void A_learning_rate_that_is_no_positive_number_is_refused(double rate) => AssertRefused(
        "LearningRate", [new Document("one", "a")], TinyBundle.Options with { Training = new TrainingOptions { LearningRate = rate } });

    [Fact]
    public void An_unknown_device_is_refused() => AssertRefused("abacus", [new Document("one", "a")], TinyBundle.Options with { Device = "abacus" });

    [Fact]
    public void A_GPU_that_is_not_there_is_refused_before_the_corpus_is_read()
    {
        var corpus = Enumerable.Range(0, 1).Select<int, Document>(_ => throw new InvalidOperationException("The corpus was read."));
        var error = Assert.ThrowsAny<Exception>(() => NullsBundle.Train(corpus, TinyBundle.Options with { Device = "cuda:97" }));
        Assert.Contains("cuda:97", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_stops_the_training()
    {
        using var cancellation = new CancellationTokenSource();
        var reports = new List<TrainingProgress>();
        var progress = new Callback(report =>
        {
            reports.Add(report);
            cancellation.Cancel();
        });
        var options = TinyBundle.Options with { Training = TinyBundle.Options.Training with { StepsPerReport = 3 } };
        Assert.Throws<OperationCanceledException>(() => NullsBundle.Train(TinyBundle.Corpus(), options, progress, cancellationToken: cancellation.Token));
        Assert.Equal(3, Assert.Single(reports).Step);
    }

    [Fact]
    public void Progress_tells_loss_speed_learning_rate_and_what_remains()
    {
        var reports = new List<TrainingProgress>();
        var options = TinyBundle.Options with { Training = TinyBundle.Options.Training with { Passes = 20, BackboneSteps = 10, StepsPerReport = 5 } };
        using var bundle = NullsBundle.Train(TinyBundle.Corpus(), options, new Callback(reports.Add));
        Assert.Equal([TrainingPhase.Backbone, TrainingPhase.Backbone, TrainingPhase.Sinks], reports.Take(3).Select(report => report.Phase));
        Assert.Equal(reports[^1].StepCount, reports[^1].Step);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        Assert.True(reports[^1].Loss < reports[0].Loss);
        Assert.All(reports, report => Assert.True(report.TokensPerSecond > 0 && report.LearningRate > 0 && report.Elapsed > TimeSpan.Zero));
    }

    [Fact]
    public void What_keeps_sources_from_being_isolated_is_warned_of_with_a_remedy()
    {
        var warnings = new List<string>();
        var options = TinyBundle.Options with { Training = new TrainingOptions { Passes = 1 } };
        using var bundle = NullsBundle.Train([new Document("Short.", "a"), new Document("Brief.", "b")], options, warn: warnings.Add);
        Assert.Equal(4, warnings.Count);
        Assert.Contains(warnings, warning => warning.Contains("Add general text with an empty source", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.Contains("only 2 sources", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.Contains("Raise Passes", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.Contains("2 of 2 sources have fewer than", StringComparison.Ordinal));
    }

    [Fact]
    public void The_published_hash_is_warned_of()
    {
        var warnings = new List<string>();
        var options = TinyBundle.Options with
        {
            Model = TinyBundle.Options.Model with { Allocation = SinkAllocationKind.Published32, PublishedProbability = 0.1, PublishedIdOffset = 300 },
            Training = TinyBundle.Options.Training with { Passes = 1 },
        };
        using var bundle = NullsBundle.Train(TinyBundle.Corpus(), options, warn: warnings.Add);
        Assert.Contains(warnings, warning => warning.Contains("equal modulo 65,536", StringComparison.Ordinal));
    }

    [Fact]
    public void A_diverging_training_says_so()
    {
        var options = TinyBundle.Options with { Training = new TrainingOptions { LearningRate = 1e30, WarmUpSteps = 0, ClipNorm = 1e30 } };
        Assert.Contains("diverged", Assert.Throws<InvalidOperationException>(() => NullsBundle.Train(TinyBundle.Corpus(), options)).Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(string reason, IEnumerable<Document> corpus, NullsBundleOptions? options = null)
    {
        var progress = new Callback(_ => Assert.Fail("The training began."));
        var error = Assert.ThrowsAny<ArgumentException>(() => NullsBundle.Train(corpus, options ?? TinyBundle.Options, progress));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private sealed class Callback(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
