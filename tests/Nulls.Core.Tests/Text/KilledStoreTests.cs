using Nulls.Tests.Support;
using Xunit.Abstractions;

namespace Nulls.Tests.Text;

/// <summary>Token stores whose builds are killed at any instant.</summary>
public sealed class KilledStoreTests(ITestOutputHelper output) : IDisposable
{
    private const int KillCount = 20;

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(1);

    [Fact]
    public async Task A_build_killed_twenty_times_ends_with_the_bytes_of_one_that_was_not()
    {
        await KilledApp.RunToTheEnd("store", _folder["whole"]);
        var expected = Contents(_folder["whole"]);
        Assert.True(expected.Count(IsSegment) > 50, $"{expected.Length} files");
        var (kills, stores, inWrites, store) = (0, 1, 0, _folder["store-0"]);
        while (kills < KillCount)
        {
            var before = WriteTimes(store);
            var wasKilled = await BeginAndKill(store, whileWriting: kills % 2 == 1);
            AssertKept(before, WriteTimes(store));
            if (!wasKilled)
            {
                // It was too quick, and has ended: another one.
                Assert.Equal(expected, Contents(store));
                store = _folder[$"store-{stores++}"];
                continue;
            }

            kills++;
            inWrites += HalfWritten(store).Any() ? 1 : 0;
            // Whatever has its name is whole.
            Assert.Subset(expected.ToHashSet(), Contents(store).ToHashSet());
        }

        await KilledApp.RunToTheEnd("store", store);
        Assert.Equal(expected, Contents(store));
        Assert.Empty(HalfWritten(store));
        output.WriteLine($"{kills} kills in {stores} stores, {inWrites} of them while a file was written.");
        Assert.True(inWrites > 0);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<bool> BeginAndKill(string store, bool whileWriting)
    {
        using var app = await KilledApp.Begin("store", store);
        if (whileWriting)
            app.WaitFor(1 + _random.Next(50), () => HalfWritten(store));
        else
            await Task.Delay(_random.Next(300));
        return await app.Kill();
    }

    // Segments that were whole are there, and were not written again.
    private static void AssertKept(Dictionary<string, DateTime> before, Dictionary<string, DateTime> after) =>
        Assert.All(before.Where(file => IsSegment(file.Key)), file => Assert.Equal(file.Value, after[file.Key]));

    private static bool IsSegment(string name) => name.StartsWith("segment-", StringComparison.Ordinal);

    private static Dictionary<string, DateTime> WriteTimes(string store) => Whole(store).ToDictionary(path => Path.GetFileName(path), File.GetLastWriteTimeUtc);

    private static string[] Contents(string store) => [.. Whole(store).Order(StringComparer.Ordinal).Select(path => $"{Path.GetFileName(path)} {Convert.ToHexString(File.ReadAllBytes(path))}")];

    private static IEnumerable<string> Whole(string store) => Directory.Exists(store) ? Directory.EnumerateFiles(store).Except(HalfWritten(store)) : [];

    private static IEnumerable<string> HalfWritten(string store) => Directory.Exists(store) ? Directory.EnumerateFiles(store, "*.writing-*") : [];
}
