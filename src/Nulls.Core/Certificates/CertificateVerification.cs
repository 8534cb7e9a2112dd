namespace Nulls.Certificates;

/// <summary>What a verification of a certificate found, check by check.</summary>
/// <param name="Checks">Every check, in the order made; those that could not be made are among them.</param>
public sealed record CertificateVerification(IReadOnlyList<CertificateCheck> Checks)
{
    internal const string SignatureCheck = "signature";

    /// <summary>Gets whether the signature is that of the given key and no check failed. Checks that were not made do not count: read them.</summary>
    public bool IsSound =>
        Checks.Any(check => check is { Name: SignatureCheck, Outcome: CertificateCheckOutcome.Passed }) && Checks.All(check => check.Outcome != CertificateCheckOutcome.Failed);
}
