using Nulls.RanksApp;
using Nulls.Tests.Support;

namespace Nulls.Tests.Distributed;

public class InterruptedRanksTests
{
    private static readonly RankedTraining.Job Job = new() { HasValidation = true };

    // A job that nobody ends waits for ever; one that is ended takes a second or two.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [TheoryNeedingMpi]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_job_whose_rank_was_killed_goes_on_to_the_bits_of_one_that_was_not(int killed)
    {
        using var folder = new TemporaryFolder();
        var whole = await RankedTrainings.RunAsync(2, Job);
        var job = Job with { WorkFolder = folder["work"] };

        var run = await RankedTrainings.StartAsync(2, job with { StrayRank = killed, Stray = "kill" }, folder);
        Assert.NotEqual(0, run.ExitCode);
        Assert.InRange(run.Elapsed, TimeSpan.Zero, Soon);
        Assert.Contains("signal 9", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["rank-0.json"]));
        Assert.True(File.Exists(folder["work", "checkpoint", "checkpoint.json"]));

        var continued = await RankedTrainings.RunAsync(2, job);
        // It begins after the last checkpoint, not at the start.
        Assert.InRange(continued[0].Losses.Length, 1, whole[0].Losses.Length - 14);
        Assert.Equal(whole[0].Losses[^continued[0].Losses.Length..], continued[0].Losses);
        foreach (var rank in continued)
        {
            Assert.Equal(whole[0].Scores, rank.Scores);
            Assert.Equal(RankedTrainings.WeightsOf(whole[0]), RankedTrainings.WeightsOf(rank));
        }
    }

    [FactNeedingMpi]
    public async Task A_job_that_was_cancelled_goes_on_with_another_number_of_ranks()
    {
        using var folder = new TemporaryFolder();
        var whole = await RankedTrainings.RunAsync(1, Job);
        var job = Job with { WorkFolder = folder["work"] };

        var stopped = await RankedTrainings.RunAsync(4, job with { StrayRank = 3, Stray = "cancel" });
        var continued = await RankedTrainings.RunAsync(1, job);

        Assert.True(stopped[0].WasCancelled);
        Assert.Contains(continued[0].Warnings, warning => warning.Contains("ranks 1, after 4", StringComparison.Ordinal));
        RankedTrainings.AssertClose(whole[0].Losses, [.. stopped[0].Losses, .. continued[0].Losses]);
    }

    [FactNeedingMpi]
    public async Task A_finished_training_is_returned_to_every_rank()
    {
        using var folder = new TemporaryFolder();
        var job = Job with { WorkFolder = folder["work"] };
        var trained = await RankedTrainings.RunAsync(2, job);
        var returned = await RankedTrainings.RunAsync(2, job);

        Assert.Empty(returned[0].Losses);
        Assert.Equal(trained[0].Digests, returned[0].Digests);
        Assert.Equal(trained[0].Digests, returned[1].Digests);
    }
}
