using System.Security.Cryptography;
using Nulls.Unlearning;

namespace Nulls.Certificates;

/// <summary>Makes the checks of a certificate against what evidence there is.</summary>
internal static class CertificateVerifier
{
    public static CertificateVerification Verify(
        CertificateStatement statement, byte[] payload, CertificateEnvelope.Signature? signature, ECDsa publicKey, CertificateEvidence evidence)
    {
        var keyId = CertificateKey.IdOf(publicKey);
        var (chain, order) = CertificateLedger.Compare(statement, evidence);
        var sinks = evidence.LedgerKey is { } key && key.Id == statement.Predicate.Ledger.KeyId
            ? SinkCommitment.Open(key, statement.Predicate.Ledger.EntryId, statement.Predicate.Sinks) : null;
        return new CertificateVerification(
        [
            Signature(payload, signature, publicKey, keyId),
            Structure(statement),
            chain,
            order,
            Commitment(statement, evidence.LedgerKey, sinks is not null),
            CertificateModels.Digest("model before", evidence.ModelBefore, statement.DigestBefore),
            CertificateModels.Digest("model after", evidence.ModelAfter, statement.DigestAfter),
            CertificateModels.NoSource(statement, evidence),
            CertificateModels.ZeroSinks(statement, evidence.ModelAfter, sinks),
        ]);
    }

    internal static CertificateCheck NotChecked(string name, string why) => new(name, CertificateCheckOutcome.NotChecked, why);

    internal static CertificateCheck Failed(string name, string why) => new(name, CertificateCheckOutcome.Failed, why);

    internal static CertificateCheck Judge(string name, bool holds, string passed, string failed) =>
        holds ? new CertificateCheck(name, CertificateCheckOutcome.Passed, passed) : Failed(name, failed);

    private static CertificateCheck Signature(byte[] payload, CertificateEnvelope.Signature? signature, ECDsa publicKey, string keyId)
    {
        const string Name = CertificateVerification.SignatureCheck;
        if (signature is null)
            return Failed(Name, "The certificate is not signed.");
        if (signature.KeyId != keyId)
            return Failed(Name, $"The certificate names the key {signature.KeyId}, but the given one is {keyId}.");
        var bytes = new byte[signature.Sig.Length];
        var isSigned = Convert.TryFromBase64String(signature.Sig, bytes, out var length)
            && Convert.ToBase64String(bytes.AsSpan(0, length)) == signature.Sig
            && publicKey.VerifyData(CertificateEnvelope.ToBeSigned(payload), bytes.AsSpan(0, length), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Judge(Name, isSigned, $"Signed with the key {keyId}.", "The signature is not that of these contents: they were changed, or the signature was.");
    }

    private static CertificateCheck Structure(CertificateStatement statement)
    {
        var what = statement.Predicate;
        const string Name = "structure";
        if (what.Mode == CertificateMode.Disable != (statement.DigestBefore == statement.DigestAfter))
            return Failed(Name, "Switching off changes no weight and erasing does, but the digests say otherwise.");
        if (what.Order.Sources.Count == 0)
            return Failed(Name, "It names no source.");
        return Judge(Name, !CertificateWords.NotRun(what.Tests).Any(), "It says what a certificate must say.", "It has no row for an attack that every certificate has a row for.");
    }

    private static CertificateCheck Commitment(CertificateStatement statement, LedgerKey? key, bool isOpen)
    {
        const string Name = "set of sinks";
        if (key is null)
            return NotChecked(Name, "The ledger's key was not given.");
        return key.Id == statement.Predicate.Ledger.KeyId
            ? Judge(Name, isOpen, "The ledger's key opens it, and it is the one committed to.", "The ledger's key does not open it.")
            : Failed(Name, $"The given ledger's key is {key.Id}, but the ledger is written under {statement.Predicate.Ledger.KeyId}.");
    }
}
