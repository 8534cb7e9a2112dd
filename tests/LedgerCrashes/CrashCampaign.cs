using System.Diagnostics;
using System.Runtime.InteropServices;
using Nulls.Sources;
using Nulls.Unlearning;

namespace Nulls.LedgerCrashes;

/// <summary>Kills processes that append to a ledger, and tears its last record in all ways that a crash can, and counts what is lost.</summary>
public static class CrashCampaign
{
    private const int AppendersAtOnce = 2;
    private const int MostAcknowledgementsBeforeKill = 12;
    private const int SectorBytes = 512;

    /// <summary>Gets who asks for the entries.</summary>
    public static LedgerRequest Request { get; } = new() { Actor = "crash-campaign", ReasonCode = "test", LegalBasis = "GDPR Art. 17(1)(b)" };

    /// <summary>Gets the digest in the entries.</summary>
    public static string ModelDigest => "sha256:" + new string('a', 64);

    /// <summary>Kills processes, two at a time, at random moments while they append to one ledger.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="kills">How many.</param>
    /// <param name="seed">Chooses the moments, as far as the machine's scheduling lets it.</param>
    public static async Task<CrashReport> KillAsync(string folder, int kills, int seed)
    {
        var random = new Random(seed);
        var (path, keyPath) = (Path.Combine(folder, "killed.ledger"), Path.Combine(folder, "killed.key"));
        using var key = LedgerKey.Create(keyPath);
        UnlearningLedger.Create(path, key, new SourceRegistry(), ModelDigest);
        var (acknowledged, faults, torn) = (new HashSet<string>(), new List<string>(), 0);
        for (var killed = 0; killed < kills; killed += AppendersAtOnce)
        {
            var appenders = Enumerable.Range(killed, Math.Min(AppendersAtOnce, kills - killed))
                .Select(n => AppendUntilKilledAsync(path, keyPath, $"appender-{n}", random.Next(MostAcknowledgementsBeforeKill), random.Next(4_000))).ToArray();
            foreach (var heads in await Task.WhenAll(appenders))
                acknowledged.UnionWith(heads);
            torn += File.ReadAllBytes(path)[^1] == '\n' ? 0 : 1;
            Use(path, key, acknowledged, faults);
        }

        return new CrashReport(kills, acknowledged.Count, CountLost(path, key, acknowledged, faults), torn, faults);
    }

    /// <summary>Tears the last record of a ledger: cuts it at a random place, with or without zeros after it, to the record's end or to that of a sector, as a power cut leaves it.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="cases">How many.</param>
    /// <param name="seed">Chooses the places.</param>
    public static CrashReport Tear(string folder, int cases, int seed)
    {
        var random = new Random(seed);
        var path = Path.Combine(folder, "torn.ledger");
        using var key = LedgerKey.Create(Path.Combine(folder, "torn.key"));
        var ledger = UnlearningLedger.Create(path, key, new SourceRegistry(), ModelDigest);
        var entries = Enumerable.Range(0, 4).Select(n => ledger.Append(LedgerAction.Disable, [$"kept-{n}"], Request, ModelDigest)).ToArray();
        var kept = entries.Select(entry => entry.Head.ToString()).ToHashSet();
        var whole = File.ReadAllBytes(path);
        ledger.Append(LedgerAction.Erase, ["torn-0", "torn-1"], Request, ModelDigest);
        var after = File.ReadAllBytes(path);
        var (lost, torn, faults) = (0L, 0, new List<string>());
        for (var i = 0; i < cases; i++)
        {
            var cut = random.Next(whole.Length, after.Length);
            var zeros = random.Next(3) switch { 0 => 0, 1 => after.Length - cut, _ => SectorBytes * random.Next(1, 4) - cut % SectorBytes };
            File.WriteAllBytes(path, [.. after.AsSpan(0, cut), .. new byte[zeros]]);
            torn += cut > whole.Length ? 1 : 0;
            var acknowledged = kept.ToHashSet();
            Use(path, key, acknowledged, faults);
            lost += CountLost(path, key, acknowledged, faults);
        }

        return new CrashReport(cases, (kept.Count + 1L) * cases, lost, torn, faults);
    }

    // The next one to come must be able to go on.
    private static void Use(string path, LedgerKey key, HashSet<string> acknowledged, List<string> faults)
    {
        try
        {
            acknowledged.Add(UnlearningLedger.Open(path, key).Append(LedgerAction.Restore, ["someone"], Request, ModelDigest).Head.ToString());
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            faults.Add(failure.Message);
        }
    }

    private static long CountLost(string path, LedgerKey key, HashSet<string> acknowledged, List<string> faults)
    {
        var verification = LedgerVerification.Of(path, key);
        if (!verification.IsIntact)
        {
            faults.Add(verification.Fault!); // Not intact: there is one.
            return acknowledged.Count;
        }

        return acknowledged.Count - UnlearningLedger.Open(path, key).ReadEntries().Count(entry => acknowledged.Contains(entry.Head.ToString()));
    }

    private static async Task<List<string>> AppendUntilKilledAsync(string path, string keyPath, string name, int acknowledgements, int microseconds)
    {
        // <dotnet>/shared/Microsoft.NETCore.App/<version>/
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(dotnet, ["exec", typeof(CrashCampaign).Assembly.Location, "append", path, keyPath, name]) { RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"'{dotnet}' did not start.");
        var heads = new List<string>();
        while (heads.Count < acknowledgements && await process.StandardOutput.ReadLineAsync() is { } head)
            heads.Add(head);

        var waited = Stopwatch.StartNew();
        while (waited.Elapsed.TotalMicroseconds < microseconds)
            Thread.SpinWait(10);
        process.Kill();
        // What it said before it died is still in the pipe; half a line was not said.
        var rest = await process.StandardOutput.ReadToEndAsync();
        heads.AddRange(rest.Split('\n')[..^1]);
        await process.WaitForExitAsync();
        return heads;
    }
}
