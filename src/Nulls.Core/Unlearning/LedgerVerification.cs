using System.Data.Common;

namespace Nulls.Unlearning;

/// <summary>What a check of every byte of a ledger found. It needs neither the key nor the model, and only reads.</summary>
/// <remarks>The beginning of a record at a file's very end, which a crash leaves and nobody was told was kept, is no fault; whether a whole record was there is told by a known head.</remarks>
public sealed record LedgerVerification
{
    /// <summary>Gets whether no record was edited, removed, moved or inserted, and the ledger reaches the known head, if one was given.</summary>
    public bool IsIntact => Fault is null;

    /// <summary>Gets the head of the records that hold together, from the first on; null when there is none.</summary>
    public required LedgerHead? Head { get; init; }

    /// <summary>Gets whether seals were checked, too. Without the key only hashes were, and who can write the ledger could write all of it anew: compare <see cref="Head"/> with one that is kept elsewhere.</summary>
    public required bool IsSealChecked { get; init; }

    /// <summary>Gets the place of the first fault, as the number of a record from 0; null when there is none.</summary>
    public long? FaultAt { get; init; }

    /// <summary>Gets the first fault as a sentence; null when there is none.</summary>
    public string? Fault { get; init; }

    /// <summary>Checks a ledger's file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">Checks the seals, too, which only the key's holder can make. The default checks hashes alone.</param>
    /// <param name="known">A head that the ledger must have reached. Without it a ledger that was cut short, or written anew without its key, cannot be told from a sound one.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">The ledger is written under another key.</exception>
    public static LedgerVerification Of(string path, LedgerKey? key = null, LedgerHead? known = null) => Of(new FileLedgerStore(path), key, known);

    /// <summary>Checks a ledger in a database.</summary>
    /// <param name="database">The database, by any ADO.NET provider.</param>
    /// <param name="name">The ledger's name.</param>
    /// <param name="key">Checks the seals, too. The default checks hashes alone.</param>
    /// <param name="known">A head that the ledger must have reached.</param>
    /// <exception cref="IOException">The database cannot be reached.</exception>
    /// <exception cref="InvalidOperationException">There is no ledger of this name.</exception>
    /// <exception cref="ArgumentException">The ledger is written under another key.</exception>
    public static LedgerVerification Of(DbDataSource database, string name, LedgerKey? key = null, LedgerHead? known = null) =>
        Of(new DatabaseLedgerStore(database, name), key, known);

    private static LedgerVerification Of(ILedgerStore store, LedgerKey? key, LedgerHead? known)
    {
        store.RequireExists();
        var chain = new LedgerChain(store.Name, key);
        try
        {
            foreach (var line in store.ReadAfter(LedgerPosition.Start))
            {
                chain.Accept(line);
                if (chain.Count == known?.Count && chain.Head != known)
                    return Found(chain.Count - 1, $"Record {known.Count - 1} of the ledger {store.Name} has the hash {chain.Head!.Hash}, but the known head says {known.Hash}: the ledger was written anew, or is another.");
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or NotSupportedException)
        {
            return Found(chain.Count, fault.Message);
        }

        if (chain.Count == 0)
            return Found(0, $"The ledger {store.Name} has no whole record.");
        return chain.Count < known?.Count
            ? Found(chain.Count, $"The ledger {store.Name} has {chain.Count:N0} records, but the known head is of {known.Count:N0}: its end was cut.")
            : Found(null, null);

        LedgerVerification Found(long? at, string? fault) => new() { Head = chain.Head, IsSealChecked = key is not null, FaultAt = at, Fault = fault };
    }
}
