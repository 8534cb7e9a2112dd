namespace Nulls.Unlearning;

/// <summary>What an entry of the ledger orders for its sources. The last entry about a source holds, but nothing follows an <see cref="Erase"/>.</summary>
public enum LedgerAction
{
    /// <summary>The sources' sinks never run. The weights stay, so that <see cref="Restore"/> can undo it.</summary>
    Disable,

    /// <summary>The sources' sinks run again.</summary>
    Restore,

    /// <summary>The sources' sinks never run, and their weights are to be zeroed. It cannot be undone: a later <see cref="Restore"/> is refused.</summary>
    Erase,
}
