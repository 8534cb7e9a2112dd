using Nulls.Benchmarks;
using Nulls.LedgerCrashes;

namespace Nulls.Soak;

/// <summary>Kills processes while they append to a ledger, and tears its last record; counts what was acknowledged and is lost.</summary>
internal sealed class LedgerPart : ISoakPart
{
    // Each campaign has a ledger of its own: one that grows for ever is read for ever.
    private const int KillsACampaign = 250;
    private const int TearsACampaign = 2_000;

    public string Name => "ledger";

    public async IAsyncEnumerable<Figure> RunAsync(SoakSetting setting)
    {
        var (kills, tears) = (setting.Count(2_000, 40), setting.Count(8_000, 200));
        var reports = new List<CrashReport>();
        for (var done = 0; done < kills; done += KillsACampaign)
            reports.Add(await CrashCampaign.KillAsync(setting.NewFolder("killed"), Math.Min(KillsACampaign, kills - done), seed: done));
        var killed = reports.Count;
        for (var done = 0; done < tears; done += TearsACampaign)
            reports.Add(CrashCampaign.Tear(setting.NewFolder("torn"), Math.Min(TearsACampaign, tears - done), seed: done));
        var faults = reports.SelectMany(report => report.Faults).ToArray();
        yield return new Figure("ledger.cases", reports.Sum(report => report.Cases), 10_000, IsUpperBound: false,
            $"{reports.Take(killed).Sum(report => report.Cases):N0} processes killed while they appended, two at a time; {reports.Skip(killed).Sum(report => report.Cases):N0} last records cut at a random byte, with or without zeros after it");
        yield return new Figure("ledger.lostAcknowledged", reports.Sum(report => report.LostAcknowledged) + faults.Length, 0, IsUpperBound: true,
            $"of {reports.Sum(report => report.Acknowledged):N0} acknowledged entries; {(faults.Length == 0 ? "every ledger could be verified and appended to afterwards" : $"{faults.Length:N0} faults, the first: {faults[0]}")}");
    }
}
