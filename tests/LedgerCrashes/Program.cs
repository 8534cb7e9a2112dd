using Nulls.LedgerCrashes;

// dotnet LedgerCrashes.dll append LEDGER KEY NAME: appends until it is killed or fails, and says each acknowledged entry.
// dotnet LedgerCrashes.dll campaign FOLDER KILLS TEARS: makes so many crashes in an empty folder, and says what was lost.
switch (args[0])
{
    case "append":
        return Appender.Run(args[1], args[2], args[3]);
    case "campaign":
        var killed = await CrashCampaign.KillAsync(args[1], int.Parse(args[2]), seed: 1);
        var torn = CrashCampaign.Tear(args[1], int.Parse(args[3]), seed: 1);
        foreach (var report in new[] { killed, torn })
            Console.WriteLine($"{report.Cases} cases, {report.TornRecords} torn records, {report.Acknowledged} acknowledged, {report.LostAcknowledged} lost. {string.Join(' ', report.Faults)}");
        return killed.LostAcknowledged + torn.LostAcknowledged + killed.Faults.Count + torn.Faults.Count == 0 ? 0 : 1;
    default:
        Console.Error.WriteLine($"There is no job '{args[0]}'.");
        return 2;
}
