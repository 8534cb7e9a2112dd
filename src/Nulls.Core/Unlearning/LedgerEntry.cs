namespace Nulls.Unlearning;

/// <summary>An entry of a ledger: what was ordered for which sources, when, by whom and why.</summary>
/// <remarks>It holds no key, no sink and no index of a source. Two entries with the same sources hold the same pseudonyms.</remarks>
public sealed record LedgerEntry
{
    /// <summary>Gets the entry's place: 1 for the first after the record that begins the ledger.</summary>
    public required long Sequence { get; init; }

    /// <summary>Gets what names the entry for ever, also outside the ledger.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets when the entry was made, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Gets what was ordered.</summary>
    public required LedgerAction Action { get; init; }

    /// <summary>Gets the sources, each once.</summary>
    public required IReadOnlyList<SourcePseudonym> Sources { get; init; }

    /// <summary>Gets who acted, and why.</summary>
    public required LedgerRequest Request { get; init; }

    /// <summary>Gets the digest of the model that the order was made for, such as <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>Gets the entry's SHA-256, which depends on every byte of it and of all records before.</summary>
    public required string Hash { get; init; }

    /// <summary>Gets the head of the ledger that ended with this entry.</summary>
    public LedgerHead Head => new(Sequence + 1, Hash);
}
