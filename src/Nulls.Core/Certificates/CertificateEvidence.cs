using Nulls.Unlearning;

namespace Nulls.Certificates;

/// <summary>What a certificate is compared with. Each is left out where it is not at hand, and its checks are then told as not checked.</summary>
public sealed record CertificateEvidence
{
    /// <summary>Gets the folder of the model before, as <c>NullsBundle.Save</c> wrote it; null, the default, when not at hand.</summary>
    public string? FolderBefore { get; init; }

    /// <summary>Gets the folder of the model after, as <c>NullsBundle.Save</c> wrote it; null, the default, when not at hand.</summary>
    public string? FolderAfter { get; init; }

    /// <summary>Gets the ledger's file; null, the default, when not at hand or in a database.</summary>
    public string? LedgerPath { get; init; }

    /// <summary>Gets the ledger, opened with or without its key, such as one in a database; null, the default, when not at hand.</summary>
    public UnlearningLedger? Ledger { get; init; }

    /// <summary>Gets the ledger's key, which opens the set of sinks and finds sources by their pseudonyms; null, the default, when not at hand.</summary>
    public LedgerKey? LedgerKey { get; init; }
}
