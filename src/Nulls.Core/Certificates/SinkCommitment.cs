using System.Security.Cryptography;
using Nulls.Sinks;
using Nulls.Unlearning;

namespace Nulls.Certificates;

/// <summary>Binds a certificate to a set of sinks without saying which.</summary>
/// <remarks>
/// A plain hash of sinks names the source to whoever tries the sets of all sources, for the allocation is no secret. So the set is
/// hashed with a salt, and encrypted beside it, both under the ledger's key: its holder can open the set and look for its weights,
/// others learn not even how many sinks there are, and once the key is destroyed nobody can open it.
/// </remarks>
internal static class SinkCommitment
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int EntryBytes = 16;

    public static CertificateStatement.Sinks Make(LedgerKey key, Guid entryId, int poolWidth, SinkSet sinks)
    {
        // One bit a sink of the pool: its length tells nothing.
        var bits = new byte[(poolWidth + 7) / 8];
        foreach (var sink in sinks)
            bits[sink / 8] |= (byte)(1 << (sink % 8));
        var about = AboutEntry(entryId);
        using var cipher = new AesGcm(key.SinkSealKey(about), TagBytes);
        var nonce = key.SinkSealNonce([.. about, .. bits]).AsSpan(0, NonceBytes);
        var sealedBits = new byte[NonceBytes + TagBytes + bits.Length];
        nonce.CopyTo(sealedBits);
        cipher.Encrypt(nonce, bits, sealedBits.AsSpan(NonceBytes + TagBytes), sealedBits.AsSpan(NonceBytes, TagBytes), about);
        return new CertificateStatement.Sinks(poolWidth, CommitmentTo(bits, key, about), Convert.ToBase64String(sealedBits));
    }

    /// <summary>Opens the set; null when key, entry or commitment do not fit it.</summary>
    public static SinkSet? Open(LedgerKey key, Guid entryId, CertificateStatement.Sinks commitment)
    {
        var length = (commitment.PoolWidth + 7) / 8;
        var sealedBits = new byte[NonceBytes + TagBytes + length];
        if (!Convert.TryFromBase64String(commitment.Sealed, sealedBits, out var written) || written != sealedBits.Length)
            return null;

        var about = AboutEntry(entryId);
        using var cipher = new AesGcm(key.SinkSealKey(about), TagBytes);
        var bits = new byte[length];
        try
        {
            cipher.Decrypt(sealedBits.AsSpan(0, NonceBytes), sealedBits.AsSpan(NonceBytes + TagBytes), sealedBits.AsSpan(NonceBytes, TagBytes), bits, about);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return CommitmentTo(bits, key, about) == commitment.Commitment
            ? SinkSet.Of([.. Enumerable.Range(0, commitment.PoolWidth).Where(sink => (bits[sink / 8] & (1 << (sink % 8))) != 0)])
            : null;
    }

    private static string CommitmentTo(byte[] bits, LedgerKey key, byte[] about) => Convert.ToHexStringLower(SHA256.HashData([.. key.SinkSalt(about), .. bits]));

    private static byte[] AboutEntry(Guid entryId)
    {
        var about = new byte[EntryBytes];
        entryId.TryWriteBytes(about, bigEndian: true, out _);
        return about;
    }
}
