using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>What an order about sources led to. Whoever holds it knows that the order is in force on this instance.</summary>
public sealed record UnlearningReceipt
{
    /// <summary>Gets the ledger's entry, which is on the disk; null without a ledger.</summary>
    public LedgerEntry? Entry { get; init; }

    /// <summary>Gets the state of the model with the order in force.</summary>
    public required NullsModelInfo Model { get; init; }

    /// <summary>Gets what is known to hold the erased sources still, and must be deleted or written anew; empty for orders that erase nothing. Backups and copies that the service did not make are not among them.</summary>
    public IReadOnlyList<string> ArtefactsToRecall { get; init; } = [];
}
