using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Nulls.Tests.Support;
using Xunit.Abstractions;

namespace Nulls.Tests.Training;

/// <summary>Trainings in processes of their own that are ended as the power ends them, at any instant.</summary>
public sealed class KilledTrainingTests(ITestOutputHelper output) : IDisposable
{
    private const int KillCount = 20;

    private static readonly string App = Path.Combine(AppContext.BaseDirectory, "TrainingApp.dll");
    private static readonly Dictionary<string, string> OneThread = new() { ["OMP_NUM_THREADS"] = "1" };

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(1);

    private enum Moment
    {
        Anywhere,
        BetweenSteps,
        WhileWriting,
    }

    [Fact]
    public async Task A_training_killed_twenty_times_ends_with_the_bits_of_one_that_was_not()
    {
        var expected = await RunToTheEnd(_folder["whole"]);
        var (kills, trainings, inWrites, work) = (0, 1, 0, _folder["work-0"]);
        while (kills < KillCount)
        {
            if (!await RunAndKill(work, (Moment)(kills % 3)))
            {
                // It was too quick, and has ended: another one.
                Assert.Equal(expected, Result(work));
                work = _folder[$"work-{trainings++}"];
                continue;
            }

            kills++;
            inWrites += HalfWritten(work).Any() ? 1 : 0;
        }

        Assert.Equal(expected, await RunToTheEnd(work));
        output.WriteLine($"{kills} kills in {trainings} trainings, {inWrites} of them while a checkpoint was written.");
        Assert.True(inWrites > 0);
    }

    public void Dispose() => _folder.Dispose();

    private static Process Start(string work) => DotNetProcess.Start(App, OneThread, work, "2", work + "-model");

    // Of the saved weights; and where the training stood at its end, with the losses of the last and the best validation.
    private static (string Weights, string State) Result(string work)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(work, "checkpoint", "checkpoint.json")));
        var weights = SHA256.HashData(File.ReadAllBytes(Path.Combine(work + "-model", "model.safetensors")));
        return (Convert.ToHexString(weights), manifest.RootElement.GetProperty("state").GetRawText());
    }

    private static async Task<(string Weights, string State)> RunToTheEnd(string work)
    {
        using var process = Start(work);
        var error = process.StandardError.ReadToEndAsync();
        var lines = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        Assert.EndsWith("saved", lines.TrimEnd(), StringComparison.Ordinal);
        return Result(work);
    }

    // False when the training ended before its time had come.
    private async Task<bool> RunAndKill(string work, Moment moment)
    {
        using var process = Start(work);
        var error = process.StandardError.ReadToEndAsync();
        await ReadUntil(process, "begun");
        switch (moment)
        {
            case Moment.Anywhere:
                await Task.Delay(_random.Next(800));
                break;
            case Moment.BetweenSteps:
                await ReadUntil(process, "step");
                await Task.Delay(_random.Next(100));
                break;
            default:
                WaitForWrites(process, work, 1 + _random.Next(5));
                break;
        }

        process.Kill();
        _ = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode == 0)
            return false;

        // It was ended by us, not by an error of its own.
        Assert.Equal("", await error);
        return true;
    }

    private static async Task ReadUntil(Process process, string word)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(word, StringComparison.Ordinal))
                return;
        }
    }

    private static void WaitForWrites(Process process, string work, int count)
    {
        var seen = new HashSet<string>();
        while (seen.Count < count && !process.HasExited)
            seen.UnionWith(HalfWritten(work));
    }

    private static IEnumerable<string> HalfWritten(string work) =>
        Directory.Exists(work) ? Directory.EnumerateDirectories(work, "checkpoint.writing-*") : [];
}
