using System.Security.Cryptography;
using Nulls.Storage;
using Nulls.Unlearning;

namespace Nulls.Certificates;

/// <summary>What can be shown to others of an unlearning: what was ordered, what was done to which weights, what was tested and what was not. One document, signed.</summary>
/// <remarks>
/// <para>An in-toto statement (version 1) in a DSSE envelope, signed with ECDSA on the curve P-256 and SHA-256. It holds pseudonyms: no
/// source's key, id, index or set of sinks that could be read without the ledger's key.</para>
/// <para>It proves who signed what, and, beside the models and the ledger, that they are the ones meant. It does not prove that
/// nothing about the sources can be learned from the model: for that it tells which attacks were tried, and which were not.</para>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
public sealed class UnlearningCertificate
{
    private readonly byte[] _payload;
    private readonly CertificateEnvelope.Signature? _signature;

    private UnlearningCertificate(byte[] payload, CertificateStatement statement, CertificateEnvelope.Signature? signature)
    {
        (_payload, Statement, _signature) = (payload, statement, signature);
    }

    /// <summary>Gets what names the certificate for ever.</summary>
    public Guid Id => Statement.Predicate.Id;

    /// <summary>Gets what was done.</summary>
    public CertificateMode Mode => Statement.Predicate.Mode;

    /// <summary>Gets when it was issued, in UTC.</summary>
    public DateTimeOffset IssuedAt => Statement.Predicate.IssuedAt;

    /// <summary>Gets the tests, run or not.</summary>
    public IReadOnlyList<CertificateTest> Tests => Statement.Predicate.Tests;

    /// <summary>Gets the id of the key that signed it: <c>sha256:</c> and the SHA-256 of the public key (SubjectPublicKeyInfo); null when it is not signed.</summary>
    public string? KeyId => _signature?.KeyId;

    internal CertificateStatement Statement { get; }

    /// <summary>Writes a certificate about an entry of a ledger. It is not signed yet.</summary>
    /// <remarks>What it says was done is looked at first: sinks that run no more, weights that are zero, ids that are gone.</remarks>
    /// <param name="before">The model that the sources were in.</param>
    /// <param name="after">The model after: the same weights with the sources unlearned, or what <c>Erase</c> or <c>Compact</c> made.</param>
    /// <param name="ledger">The ledger, opened with its key.</param>
    /// <param name="entry">The entry, of <see cref="LedgerAction.Disable"/> or <see cref="LedgerAction.Erase"/>.</param>
    /// <param name="details">Roles, tests, impact, and what must be recalled; null, the default, for none.</param>
    /// <param name="time">Tells the time. The default is the system's clock.</param>
    /// <exception cref="ArgumentException">The entry is not in the ledger or restores sources, a source of it is not in the model before, or a detail breaks a rule or names a source.</exception>
    /// <exception cref="InvalidOperationException">The model after is not what the entry orders, or the ledger was opened without its key.</exception>
    /// <exception cref="InvalidDataException">The ledger was changed.</exception>
    /// <exception cref="ObjectDisposedException">A bundle is disposed.</exception>
    public static UnlearningCertificate Issue(
        NullsBundle before, NullsBundle after, UnlearningLedger ledger, LedgerEntry entry, CertificateDetails? details = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(entry);
        var statement = CertificateIssuing.Write(before, after, ledger, entry, details ?? new CertificateDetails(), time ?? TimeProvider.System);
        return new UnlearningCertificate(statement.ToBytes(), statement, signature: null);
    }

    /// <summary>Returns the certificate with a signature.</summary>
    /// <param name="privateKey">An ECDSA key on P-256, such as <c>ECDsa.Create()</c> with <c>ImportFromPem</c> reads it from PKCS#8. It stays the caller's.</param>
    /// <exception cref="ArgumentException">The key is on another curve.</exception>
    /// <exception cref="InvalidOperationException">The certificate is signed already.</exception>
    /// <exception cref="CryptographicException">The key holds no private part.</exception>
    public UnlearningCertificate Sign(ECDsa privateKey)
    {
        var keyId = CertificateKey.IdOf(privateKey);
        if (_signature is not null)
            throw new InvalidOperationException($"The certificate is signed already, with the key {KeyId}. Issue another, or sign the bytes of this one apart.");
        var signature = privateKey.SignData(CertificateEnvelope.ToBeSigned(_payload), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return new UnlearningCertificate(_payload, Statement, new CertificateEnvelope.Signature(keyId, Convert.ToBase64String(signature)));
    }

    /// <summary>Returns the certificate as it is saved and sent: a DSSE envelope in JSON, whose media type is <c>application/vnd.dsse+json</c>.</summary>
    public byte[] ToBytes() =>
        new CertificateEnvelope(Convert.ToBase64String(_payload), CertificateEnvelope.StatementPayload, _signature is null ? [] : [_signature]).ToBytes();

    /// <summary>Reads what <see cref="ToBytes"/> gave. The signature is not checked: see <see cref="Verify"/>.</summary>
    /// <exception cref="InvalidDataException">The bytes are no certificate, or not in the one form that this library writes.</exception>
    public static UnlearningCertificate Parse(ReadOnlySpan<byte> bytes)
    {
        var envelope = CertificateEnvelope.Parse(bytes);
        var payload = new byte[envelope.Payload.Length];
        if (!Convert.TryFromBase64String(envelope.Payload, payload, out var length) || Convert.ToBase64String(payload.AsSpan(0, length)) != envelope.Payload)
            throw new InvalidDataException("The certificate's payload is not in base64: it was changed.");
        Array.Resize(ref payload, length);
        return new UnlearningCertificate(payload, CertificateStatement.Parse(payload), envelope.Signatures.SingleOrDefault());
    }

    /// <summary>Saves the certificate, whole or not at all.</summary>
    /// <param name="path">The file to make or replace, such as <c>unlearning.dsse.json</c>; its folder exists.</param>
    /// <exception cref="IOException">The file cannot be written; what it held is kept.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => stream.Write(ToBytes()));
    }

    /// <summary>Loads what <see cref="Save"/> wrote. The signature is not checked: see <see cref="Verify"/>.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file holds no certificate, or one that was changed.</exception>
    public static UnlearningCertificate Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Parse(File.ReadAllBytes(path));
    }

    /// <summary>Checks the certificate, on any machine, with as much evidence as there is.</summary>
    /// <param name="publicKey">The signer's public key, got in a way that one trusts, never with the certificate.</param>
    /// <param name="evidence">Models, ledger and the ledger's key to compare with; null, the default, checks signature and structure alone.</param>
    /// <exception cref="ArgumentException">The key is not on P-256.</exception>
    public CertificateVerification Verify(ECDsa publicKey, CertificateEvidence? evidence = null) =>
        CertificateVerifier.Verify(Statement, _payload, _signature, publicKey, evidence ?? new CertificateEvidence());

    /// <summary>Returns the certificate as a page for people: one HTML document without scripts or references, to be read or printed.</summary>
    /// <param name="verification">What <see cref="Verify"/> found, to be told on the page; null, the default, says that the page proves nothing by itself.</param>
    public string ToHtml(CertificateVerification? verification = null) => CertificatePage.Write(Statement, KeyId, verification);
}
