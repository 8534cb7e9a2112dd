using System.Text.Json;
using Nulls.RanksApp;
using Nulls.Tests.Support;

namespace Nulls.Tests.Distributed;

public class MpiCollectiveTests
{
    private const string App = "RanksApp.dll";

    // A job that nobody ends waits for ever; one that is ended takes a second or two.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [TheoryNeedingMpi]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_rank_ends_with_what_all_gave(int size)
    {
        var results = await CollectivesAsync(size);

        var gathered = Enumerable.Range(0, size).Select(rank => Enumerable.Range(10 * rank, rank).ToArray()).ToArray();
        for (var rank = 0; rank < size; rank++)
        {
            Assert.Equal((rank, size), (results[rank].Rank, results[rank].Size));
            Assert.Equal([1, 2], results[rank].Broadcast);
            Assert.Equal([0, 1, 2, 3, 4], results[rank].BroadcastTensor);
            Assert.Equal(gathered, results[rank].Gathered);
            // The same bits, so that weights stay the same.
            Assert.Equal(results[0].Sum, results[rank].Sum);
            for (var i = 0; i < results[rank].Sum.Length; i += 997)
                Assert.Equal(Enumerable.Range(0, size).Sum(other => i / (3.0 + other)), results[rank].Sum[i], 1e-6 * i);
            var given = (sizeof(float) * results[rank].Sum.Length) + (sizeof(int) * (1 + rank)) + (rank == 0 ? sizeof(int) + 2 + (5 * sizeof(long)) : 0);
            Assert.Equal(given, results[rank].SharedByteCount);
        }
    }

    [FactNeedingMpi]
    public async Task Sums_of_the_same_numbers_have_the_same_bits_in_every_job() =>
        Assert.Equal((await CollectivesAsync(3))[0].Sum, (await CollectivesAsync(3))[0].Sum);

    [FactNeedingMpi]
    public async Task Uses_of_null_are_caught_as_without_MPI() => Assert.All(await CollectivesAsync(2), result => Assert.True(result.CatchesNull));

    [FactNeedingMpi]
    public async Task Ranks_of_one_machine_share_its_cores()
    {
        var results = await CollectivesAsync(4);
        Assert.InRange(results.Sum(result => result.ThreadCount), 1, Math.Max(4, Environment.ProcessorCount));
    }

    [FactNeedingMpi]
    public async Task A_rank_that_cannot_go_on_says_why_and_ends_the_job()
    {
        var run = await EndAsync("abort");
        Assert.Contains("Rank 1 of 2 cannot go on, so the job ends: the disk is full.", run.Error, StringComparison.Ordinal);
    }

    [FactNeedingMpi]
    public async Task An_exception_that_nobody_catches_ends_the_job()
    {
        var run = await EndAsync("throw");
        Assert.Contains("Nobody catches this.", run.Error, StringComparison.Ordinal);
    }

    [FactNeedingMpi]
    public async Task A_rank_that_exits_with_an_error_ends_the_job()
    {
        var run = await EndAsync("exit");
        Assert.Equal(3, run.ExitCode);
    }

    [FactNeedingMpi]
    public async Task A_rank_that_is_killed_ends_the_job()
    {
        var run = await EndAsync("kill");
        Assert.Contains("signal 9", run.Error, StringComparison.Ordinal);
    }

    [FactNeedingMpi]
    public async Task Without_the_library_every_rank_says_what_to_install()
    {
        using var folder = new TemporaryFolder();
        var run = await MpiRun.RunAsync(2, new Dictionary<string, string> { ["NULLS_MPI"] = "/nowhere/libmpi.so.40" }, App, "collectives", folder.Path);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("'/nowhere/libmpi.so.40' does not load. On Debian and Ubuntu: apt-get install openmpi-bin.", run.Error, StringComparison.Ordinal);
    }

    [FactNeedingMpi]
    public async Task A_process_that_only_believes_to_be_a_rank_is_refused()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["OMPI_COMM_WORLD_RANK"] = "1", ["OMPI_COMM_WORLD_SIZE"] = "2" };
        var run = await DotNetProcess.RunAsync(Path.Combine(AppContext.BaseDirectory, App), environment, "collectives", folder.Path);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("rank 1 of 2, but Open MPI says 0 of 1", run.Error, StringComparison.Ordinal);
    }

    private static async Task<Collectives.Result[]> CollectivesAsync(int size)
    {
        using var folder = new TemporaryFolder();
        var run = await MpiRun.RunAsync(size, App, "collectives", folder.Path);
        Assert.True(run.ExitCode == 0, run.Error);
        return [.. Enumerable.Range(0, size).Select(rank => JsonSerializer.Deserialize<Collectives.Result>(File.ReadAllText(folder[$"rank-{rank}.json"]))!)];
    }

    private static async Task<MpiRun> EndAsync(string way)
    {
        using var folder = new TemporaryFolder();
        var run = await MpiRun.RunAsync(2, App, "end", folder.Path, way);
        Assert.NotEqual(0, run.ExitCode);
        Assert.InRange(run.Elapsed, TimeSpan.Zero, Soon);
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
        return run;
    }
}
