using Microsoft.Extensions.Options;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace ForgetDesk.Model;

/// <summary>The ledger, to be read and verified.</summary>
public sealed class LedgerView(IOptions<DeskOptions> options, IUnlearningService unlearning, LedgerKey key)
{
    private UnlearningLedger Ledger => unlearning.Ledger ?? throw new InvalidOperationException("The ledger is not open yet.");

    /// <summary>Reads the entries, the latest first.</summary>
    /// <exception cref="InvalidDataException">A record was changed.</exception>
    /// <exception cref="IOException">The ledger cannot be read.</exception>
    public IReadOnlyList<LedgerEntry> Read(int most) => [.. Ledger.ReadEntries().TakeLast(most).Reverse()];

    /// <summary>Checks every byte, and that the ledger reaches as far as this process knows.</summary>
    /// <exception cref="IOException">The ledger cannot be read.</exception>
    public LedgerVerification Verify() => LedgerVerification.Of(options.Value.LedgerPath, key, Ledger.State.Head);
}
