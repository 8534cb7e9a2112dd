using Nulls.Unlearning;

namespace Nulls.Certificates;

/// <summary>What a certificate is compared with. Each is left out where it is not at hand, and its checks are then told as not checked.</summary>
public sealed record CertificateEvidence
{
    /// <summary>Gets the model before: a folder that <c>NullsBundle.Save</c> wrote, or a file of <c>ml.Model.Save</c> with one NULLs model in it; null, the default, when not at hand.</summary>
    public string? ModelBefore { get; init; }

    /// <summary>Gets the model after, as <see cref="ModelBefore"/>; null, the default, when not at hand.</summary>
    public string? ModelAfter { get; init; }

    /// <summary>Gets the ledger's file; null, the default, when not at hand or in a database.</summary>
    public string? LedgerPath { get; init; }

    /// <summary>Gets the ledger, opened with or without its key, such as one in a database; null, the default, when not at hand.</summary>
    public UnlearningLedger? Ledger { get; init; }

    /// <summary>Gets the ledger's key, which opens the set of sinks and finds sources by their pseudonyms; null, the default, when not at hand.</summary>
    public LedgerKey? LedgerKey { get; init; }
}
