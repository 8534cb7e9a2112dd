namespace Nulls.Unlearning;

/// <summary>The record that begins a ledger: it binds it to one key and to the models that hash sources' keys with one salt.</summary>
public sealed record LedgerGenesis
{
    /// <summary>Gets what names the ledger for ever.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets when the ledger was made, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Gets the id of the key that the ledger is written under.</summary>
    public required string KeyId { get; init; }

    /// <summary>Gets the digest of the model that the ledger was made for.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>Gets the salt of the registry of sources. Models that are trained with it understand the ledger, too.</summary>
    public required ReadOnlyMemory<byte> SourceSalt { get; init; }
}
