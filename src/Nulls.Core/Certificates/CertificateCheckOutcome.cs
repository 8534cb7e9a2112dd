namespace Nulls.Certificates;

/// <summary>What came of a check of a certificate.</summary>
public enum CertificateCheckOutcome
{
    /// <summary>The evidence was not at hand, or the check does not apply.</summary>
    NotChecked,

    /// <summary>Certificate and evidence agree.</summary>
    Passed,

    /// <summary>They disagree.</summary>
    Failed,
}
