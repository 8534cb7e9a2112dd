using Nulls.Evaluation;

namespace Nulls.Certificates;

/// <summary>What a certificate says beside what models and ledger tell: roles, tests, impact, and what must be recalled.</summary>
/// <remarks>Texts are written as given: no source's key and no person's name belongs in them. Each is at most 500 characters.</remarks>
public sealed record CertificateDetails
{
    /// <summary>Gets who asked, as a role, such as <c>data subject</c>; null, the default, leaves it out.</summary>
    public string? RequesterRole { get; init; }

    /// <summary>Gets who approved, as a role, such as <c>data protection officer</c>; null, the default, leaves it out.</summary>
    public string? ApproverRole { get; init; }

    /// <summary>Gets the tests, from <see cref="CertificateTestRun"/> or one's own. The default is none. Attacks without a row are added as not run.</summary>
    public IReadOnlyList<CertificateTest> Tests { get; init; } = [];

    /// <summary>Gets what the erasure took from others, as measured before it; null, the default, leaves it out.</summary>
    /// <remarks>Of its counts only shares, rounded, enter the certificate: exact ones could tell which source it was.</remarks>
    public ErasureTrial? Impact { get; init; }

    /// <summary>Gets what was made of the model before and must be recalled. The default is nothing.</summary>
    public IReadOnlyList<CertificateArtefact> Recall { get; init; } = [];
}
