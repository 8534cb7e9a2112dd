using System.Text.Json;
using Nulls.RanksApp;
using Nulls.Tests.Support;

namespace Nulls.Tests.Distributed;

/// <summary>Trainings of RanksApp by several ranks.</summary>
internal static class RankedTrainings
{
    // The order in which gradients are added changes with the number of ranks, and with it the last bits of every step: 1e-6 was seen
    // over fifty steps. Wrong gradients change the third digit.
    private const double Tolerance = 2e-5;

    /// <summary>Runs a training to its end. The results of all ranks, in their order.</summary>
    public static async Task<RankedTraining.Result[]> RunAsync(int size, RankedTraining.Job job)
    {
        using var folder = new TemporaryFolder();
        var run = await StartAsync(size, job, folder);
        Assert.True(run.ExitCode == 0, run.Error);
        return [.. Enumerable.Range(0, size).Select(rank => JsonSerializer.Deserialize<RankedTraining.Result>(File.ReadAllText(folder[$"rank-{rank}.json"]))!)];
    }

    public static async Task<MpiRun> StartAsync(int size, RankedTraining.Job job, TemporaryFolder folder)
    {
        await File.WriteAllTextAsync(folder["job.json"], JsonSerializer.Serialize(job));
        return await MpiRun.RunAsync(size, "RanksApp.dll", "train", folder.Path);
    }

    public static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance, $"At {i}: expected {expected[i]}, got {actual[i]}.");
    }

    public static string WeightsOf(RankedTraining.Result result) => Assert.Single(result.Digests, digest => digest.Contains(".safetensors", StringComparison.Ordinal));
}
