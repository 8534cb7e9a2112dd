using System.Text.Json;
using Nulls.RanksApp;
using Nulls.Tests.Support;
using Nulls.Training;

namespace Nulls.Tests.Distributed;

public class DataParallelTrainingTests
{
    [TheoryNeedingMpi]
    [InlineData(2, Isolation.Joint)]
    [InlineData(4, Isolation.Joint)]
    [InlineData(2, Isolation.SinksOnly)]
    [InlineData(4, Isolation.SinksOnly)]
    public async Task The_loss_falls_as_in_one_process(int size, Isolation isolation)
    {
        var job = new RankedTraining.Job { Isolation = isolation };
        var one = (await TrainAsync(1, job)).Single();
        var ranks = await TrainAsync(size, job);

        var output = string.Join(' ', one.Losses.Zip(ranks[0].Losses, (a, b) => $"{a - b:g2}"));
        var so = string.Join(' ', one.Scores.Zip(ranks[0].Scores, (a, b) => $"{a - b:g2}"));
        Assert.Fail($"{one.Losses.Length} {output}\n{so}");
    }

    private static async Task<RankedTraining.Result[]> TrainAsync(int size, RankedTraining.Job job)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["job.json"], JsonSerializer.Serialize(job));
        var run = await MpiRun.RunAsync(size, "RanksApp.dll", "train", folder.Path);
        Assert.True(run.ExitCode == 0, run.Error);
        return [.. Enumerable.Range(0, size).Select(rank => JsonSerializer.Deserialize<RankedTraining.Result>(File.ReadAllText(folder[$"rank-{rank}.json"]))!)];
    }
}
