using Nulls.Unlearning;

namespace Nulls.LedgerCrashes;

/// <summary>The process that is killed.</summary>
internal static class Appender
{
    public static int Run(string path, string keyPath, string name)
    {
        using var key = LedgerKey.Load(keyPath);
        var ledger = UnlearningLedger.Open(path, key);
        for (var number = 0; ; number++)
        {
            try
            {
                Console.WriteLine(ledger.Append(LedgerAction.Disable, [$"{name}-{number}"], CrashCampaign.Request, CrashCampaign.ModelDigest).Head);
            }
            catch (IOException failure)
            {
                Console.Error.WriteLine(failure.Message);
                return 3;
            }
        }
    }
}
