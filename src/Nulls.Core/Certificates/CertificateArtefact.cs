namespace Nulls.Certificates;

/// <summary>Something made of the model before, such as an export or a backup, which still holds the sources and must be recalled or deleted.</summary>
public sealed record CertificateArtefact
{
    /// <summary>Gets what it is called, such as <c>nightly-backup-2026-11-24</c>. It must not hold a source's key.</summary>
    public required string Name { get; init; }

    /// <summary>Gets what it is, such as <c>GGUF export</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Gets who has it, as a role; null, the default, when not known.</summary>
    public string? Holder { get; init; }

    /// <summary>Gets its digest, such as <c>sha256:</c> and 64 hexadecimal digits; null, the default, when not known.</summary>
    public string? Digest { get; init; }

    /// <summary>Gets what has become of it, such as <c>recalled 2026-11-25</c>. The default is <c>to be recalled</c>.</summary>
    public string Status { get; init; } = "to be recalled";
}
