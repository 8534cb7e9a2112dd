using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>Which model serves, and in which state. Immutable; a newer one describes a newer state.</summary>
public sealed record NullsModelInfo
{
    /// <summary>Gets the name that the model is registered under; empty for the default model.</summary>
    public required string Name { get; init; }

    /// <summary>Gets whether the model is loaded. While it is not, requests wait in the queue.</summary>
    public bool IsReady { get; init; }

    /// <summary>Gets the digest of the weights: <c>sha256:</c> and 64 hexadecimal digits; empty before the model is loaded.</summary>
    public string ModelDigest { get; init; } = "";

    /// <summary>Gets how far the ledger had come that the model obeys; null without a ledger.</summary>
    public LedgerHead? LedgerHead { get; init; }

    /// <summary>Gets a text that changes with every change of weights or of what is unlearned: what an application's cache of answers must have in its keys.</summary>
    public string Version { get; init; } = "";

    /// <summary>Gets when the weights were loaded.</summary>
    public DateTimeOffset LoadedAt { get; init; }

    /// <summary>Gets the number of unlearned sources, erased ones included.</summary>
    public int UnlearnedCount { get; init; }
}
