using Nulls.LedgerCrashes;
using Nulls.Tests.Support;

namespace Nulls.Tests.Unlearning;

public class LedgerCrashTests
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_processes_are_killed()
    {
        using var folder = new TemporaryFolder();
        var report = await CrashCampaign.KillAsync(folder.Path, kills: 40, seed: 1);
        Assert.Empty(report.Faults);
        Assert.Equal(0, report.LostAcknowledged);
        Assert.True(report.Acknowledged > 100, $"Only {report.Acknowledged} entries were acknowledged.");
    }

    [Fact]
    public void Nothing_acknowledged_is_lost_when_the_last_record_is_torn()
    {
        using var folder = new TemporaryFolder();
        var report = CrashCampaign.Tear(folder.Path, cases: 300, seed: 1);
        Assert.Empty(report.Faults);
        Assert.Equal(0, report.LostAcknowledged);
        Assert.True(report.TornRecords > 200, $"Only {report.TornRecords} records were torn.");
    }
}
