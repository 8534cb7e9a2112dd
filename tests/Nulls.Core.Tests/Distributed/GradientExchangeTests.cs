using System.Text.Json;
using Nulls.RanksApp;
using Nulls.Tests.Support;

namespace Nulls.Tests.Distributed;

public class GradientExchangeTests
{
    [FactNeedingMpi]
    public async Task Of_the_sinks_only_touched_rows_are_exchanged_whatever_the_pool()
    {
        using var folder = new TemporaryFolder();
        var run = await MpiRun.RunAsync(2, "RanksApp.dll", "exchange", folder.Path);
        Assert.True(run.ExitCode == 0, run.Error);
        for (var rank = 0; rank < 2; rank++)
        {
            var results = JsonSerializer.Deserialize<SinkExchange.Result[]>(await File.ReadAllTextAsync(folder[$"rank-{rank}.json"]))!;
            Assert.Equal(6, results.Length);
            foreach (var result in results)
            {
                // Gate, up and down of three layers, 8 wide.
                Assert.Equal(3 * 3 * 8 * sizeof(float) * result.SinkCount, result.ByteCount);
                // The rank's number and one everywhere; 1 and 2 make 3 where a rank touched.
                var expected = Enumerable.Range(0, result.PoolWidth).Select(row => row % 7 == 0 && row < 7 * result.SinkCount ? 3f : rank + 1f).ToArray();
                Assert.Equal(expected, result.Gate);
                Assert.Equal(expected, result.Up);
                Assert.Equal(expected, result.Down);
            }
        }
    }
}
