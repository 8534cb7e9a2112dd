using System.Security.Cryptography;
using System.Text.Json;
using Nulls.Model;
using Nulls.Tests.Support;
using Xunit.Abstractions;

namespace Nulls.Tests.Training;

/// <summary>Trainings that are killed at any instant.</summary>
public sealed class KilledTrainingTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(1);

    private enum Moment
    {
        Anywhere,
        BetweenSteps,
        WhileWriting,
    }

    [Fact]
    public async Task A_training_killed_twenty_times_ends_with_the_bits_of_one_that_was_not() => Assert.True(await AssertSurvives(Precision.Float32, killCount: 20) > 0);

    [FactNeedingBFloat16]
    public Task A_training_in_bfloat16_that_is_killed_ends_with_the_bits_of_one_that_was_not() => AssertSurvives(Precision.BFloat16, killCount: 4);

    public void Dispose() => _folder.Dispose();

    // Returns how many kills fell into the writing of a checkpoint.
    private async Task<int> AssertSurvives(Precision precision, int killCount)
    {
        var expected = await RunToTheEnd(_folder["whole"], precision);
        Assert.Equal($"{precision}", SavedPrecision.Read(_folder["whole"]));
        var (kills, trainings, inWrites, work) = (0, 1, 0, _folder["work-0"]);
        while (kills < killCount)
        {
            if (!await RunAndKill(work, precision, (Moment)(kills % 3)))
            {
                // It was too quick, and has ended: another one.
                Assert.Equal(expected, Result(work));
                work = _folder[$"work-{trainings++}"];
                continue;
            }

            kills++;
            inWrites += HalfWritten(work).Any() ? 1 : 0;
        }

        Assert.Equal(expected, await RunToTheEnd(work, precision));
        output.WriteLine($"{kills} kills in {trainings} trainings, {inWrites} of them while a checkpoint was written.");
        return inWrites;
    }

    private static string[] Arguments(string work, Precision precision) => ["train", work, "2", work + "-model", $"{precision}"];

    // Of the saved weights; and where the training stood at its end, with the losses of the last and the best validation.
    private static (string Weights, string State) Result(string work)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(work, "checkpoint", "checkpoint.json")));
        var weights = SHA256.HashData(File.ReadAllBytes(Path.Combine(work + "-model", "model.safetensors")));
        return (Convert.ToHexString(weights), manifest.RootElement.GetProperty("state").GetRawText());
    }

    private static async Task<(string Weights, string State)> RunToTheEnd(string work, Precision precision)
    {
        await KilledApp.RunToTheEnd(Arguments(work, precision));
        return Result(work);
    }

    // False when the training ended before its time had come.
    private async Task<bool> RunAndKill(string work, Precision precision, Moment moment)
    {
        using var app = await KilledApp.Begin(Arguments(work, precision));
        switch (moment)
        {
            case Moment.Anywhere:
                await Task.Delay(_random.Next(800));
                break;
            case Moment.BetweenSteps:
                await app.ReadUntil("step");
                await Task.Delay(_random.Next(100));
                break;
            default:
                app.WaitFor(1 + _random.Next(5), () => HalfWritten(work));
                break;
        }

        return await app.Kill();
    }

    private static IEnumerable<string> HalfWritten(string work) =>
        Directory.Exists(work) ? Directory.EnumerateDirectories(work, "checkpoint.writing-*") : [];
}
