using System.Security.Cryptography;

namespace Nulls.Certificates;

/// <summary>The keys that certificates are signed with.</summary>
internal static class CertificateKey
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Names a public key, or the public part of a private one.</summary>
    /// <exception cref="ArgumentException">The key is not on P-256.</exception>
    public static string IdOf(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        if (!curve.IsNamed || (curve.Oid.Value ?? ECCurve.CreateFromFriendlyName(curve.Oid.FriendlyName ?? "").Oid.Value) != P256)
            throw new ArgumentException($"A certificate is signed with ECDSA on the curve P-256, but the key is on {(curve.IsNamed ? curve.Oid.FriendlyName : "a curve without a name")}. Make one with ECDsa.Create(ECCurve.NamedCurves.nistP256).", nameof(key));
        return $"sha256:{Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))}";
    }
}
