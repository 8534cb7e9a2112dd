using Nulls.LedgerCrashes;
using Nulls.Unlearning;

// Appends to a ledger until it is killed or fails, and says each acknowledged entry: dotnet LedgerCrashes.dll LEDGER KEY NAME
using var key = LedgerKey.Load(args[1]);
var ledger = UnlearningLedger.Open(args[0], key);
for (var number = 0; ; number++)
{
    try
    {
        var entry = ledger.Append(LedgerAction.Disable, [$"{args[2]}-{number}"], CrashCampaign.Request, CrashCampaign.ModelDigest);
        Console.WriteLine(entry.Head);
    }
    catch (IOException failure)
    {
        Console.Error.WriteLine(failure.Message);
        return 3;
    }
}
