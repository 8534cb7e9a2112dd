using Nulls.RanksApp;
using Nulls.Tests.Support;
using Nulls.Training;

namespace Nulls.Tests.Distributed;

public class DataParallelTrainingTests
{
    private static readonly RankedTraining.Job Job = new();

    [TheoryNeedingMpi]
    [InlineData(2, Isolation.Joint)]
    [InlineData(4, Isolation.Joint)]
    [InlineData(2, Isolation.SinksOnly)]
    [InlineData(4, Isolation.SinksOnly)]
    public async Task The_loss_falls_as_in_one_process(int size, Isolation isolation)
    {
        var job = Job with { Isolation = isolation, HasValidation = true };
        var one = (await RankedTrainings.RunAsync(1, job)).Single();
        var ranks = await RankedTrainings.RunAsync(size, job);

        Assert.True(one.Losses.Length > 40 && one.Losses[^1] < one.Losses[0] - 2, $"{one.Losses.Length} steps from {one.Losses[0]} to {one.Losses[^1]}");
        RankedTrainings.AssertClose(one.Losses, ranks[0].Losses);
        RankedTrainings.AssertClose(one.ValidationLosses, ranks[0].ValidationLosses);
        foreach (var rank in ranks)
            RankedTrainings.AssertClose([.. one.Scores.Select(score => (double)score)], [.. rank.Scores.Select(score => (double)score)]);
    }

    [FactNeedingMpi]
    public async Task A_rank_without_rows_takes_part()
    {
        // Three rows for four ranks, of which the last is of general text every other step.
        var job = Job with { RowsPerStep = 3, GeneralShare = 0.2, Isolation = Isolation.SinksOnly, Passes = 8 };
        var one = (await RankedTrainings.RunAsync(1, job)).Single();
        RankedTrainings.AssertClose(one.Losses, (await RankedTrainings.RunAsync(4, job))[0].Losses);
    }

    [FactNeedingMpi]
    public async Task Every_rank_returns_the_same_model_and_rank_0_alone_is_told()
    {
        var ranks = await RankedTrainings.RunAsync(4, Job with { HasValidation = true });

        Assert.NotEmpty(ranks[0].Digests);
        Assert.NotEmpty(ranks[0].Warnings);
        foreach (var rank in ranks[1..])
        {
            Assert.Equal(ranks[0].Digests, rank.Digests);
            Assert.Equal(ranks[0].Scores, rank.Scores);
            Assert.Empty(rank.Losses);
            Assert.Empty(rank.Warnings);
        }
    }

    [FactNeedingMpi]
    public async Task The_same_number_of_ranks_gives_the_same_bits()
    {
        var first = await RankedTrainings.RunAsync(3, Job);
        var second = await RankedTrainings.RunAsync(3, Job);
        Assert.Equal(first[0].Losses, second[0].Losses);
        Assert.Equal(first[0].Scores, second[0].Scores);
        Assert.Equal(RankedTrainings.WeightsOf(first[0]), RankedTrainings.WeightsOf(second[0]));
    }

    [TheoryNeedingMpi]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_cancellation_that_one_rank_sees_stops_all_at_the_same_step(int stray)
    {
        var ranks = await RankedTrainings.RunAsync(2, Job with { Passes = 200, StrayRank = stray, Stray = "cancel" });

        Assert.All(ranks, rank => Assert.True(rank.WasCancelled));
        Assert.InRange(ranks[0].LastStep, 20, 60);
    }

    [FactNeedingMpi]
    public async Task A_rank_that_reads_another_corpus_is_told_what_differs_and_ends_the_job()
    {
        using var folder = new TemporaryFolder();
        var run = await RankedTrainings.StartAsync(2, Job with { StrayRank = 1, Stray = "other corpus" }, folder);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("rank 1 was given another than rank 0: Corpus is 30 documents", run.Error, StringComparison.Ordinal);
        Assert.Contains("there and 31 documents", run.Error, StringComparison.Ordinal);
    }

    [FactNeedingMpi]
    public async Task A_rank_that_fails_says_why_and_ends_the_job()
    {
        using var folder = new TemporaryFolder();
        var run = await RankedTrainings.StartAsync(4, Job with { StrayRank = 2, Stray = "throw" }, folder);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("Rank 2 of 4 cannot go on, so the job ends: System.IO.IOException: The tape broke.", run.Error, StringComparison.Ordinal);
    }
}
