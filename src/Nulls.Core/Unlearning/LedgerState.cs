namespace Nulls.Unlearning;

/// <summary>What a ledger says, up to one of its records. Immutable.</summary>
/// <param name="Head">The last record that was read.</param>
/// <param name="LastActions">What holds for each source that the ledger names.</param>
public sealed record LedgerState(LedgerHead Head, IReadOnlyDictionary<SourcePseudonym, LedgerAction> LastActions)
{
    /// <summary>Gets how many changes of <see cref="LedgerChain"/> led here.</summary>
    internal int ChangeCount { get; init; }

    /// <summary>Tells whether the ledger orders that a source's sinks never run.</summary>
    public bool IsUnlearned(SourcePseudonym source) => LastActions.TryGetValue(source, out var action) && action != LedgerAction.Restore;
}
