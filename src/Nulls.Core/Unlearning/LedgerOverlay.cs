namespace Nulls.Unlearning;

/// <summary>What a ledger says about the sources of one model, by their indices, in ascending order. Immutable.</summary>
/// <param name="Head">The last record that was read.</param>
/// <param name="Unlearned">The sources whose sinks never run.</param>
/// <param name="Restored">The sources that were unlearned once and run again.</param>
/// <param name="UnknownCount">The number of sources in the ledger that the model does not have: it was trained or made without them.</param>
public sealed record LedgerOverlay(LedgerHead Head, IReadOnlyCollection<int> Unlearned, IReadOnlyCollection<int> Restored, int UnknownCount)
{
    /// <summary>Gets those of <see cref="Unlearned"/> that are to be erased, and that this model still holds.</summary>
    public IReadOnlyCollection<int> Erased { get; init; } = [];
}
