using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Unicode;

namespace Nulls.Sources;

/// <summary>The 64-bit keyed hash of a source's key: what a registry keeps in place of the key.</summary>
/// <param name="Value">The first 8 bytes, read with the lowest first, of HMAC-SHA256 of the key's UTF-8 bytes under the registry's salt.</param>
/// <remarks>
/// The key cannot be computed from its id, and ids under different salts do not tell which keys are equal. It is no secret from who
/// can guess: whoever has the id and the salt can test whether a given text is the key. Among n keys two have one id with a
/// probability of about n² / 2^65: one in a million at 6 million keys. Those two would be one source.
/// </remarks>
public readonly record struct SourceId(ulong Value)
{
    private const int BytesOnStack = 512;

    /// <summary>Returns the id as 16 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16");

    // A SipHash is 20 times as fast, but only claims to be one-way while its key is secret, and ours lies in the same file.
    internal static SourceId Of(ReadOnlySpan<char> key, ReadOnlySpan<byte> salt) => Of(key, salt, salted: null);

    /// <summary>The same of a hash that has taken in the salt already, which halves the time of a key. Not for several threads.</summary>
    internal static SourceId Of(ReadOnlySpan<char> key, IncrementalHash salted) => Of(key, salt: [], salted);

    private static SourceId Of(ReadOnlySpan<char> key, ReadOnlySpan<byte> salt, IncrementalHash? salted)
    {
        if (key.IsEmpty)
            throw new ArgumentException("A source's key must be text of 1 character or more. Text without a source has no key.", nameof(key));

        var mostBytes = checked(key.Length * 3);
        byte[]? rented = null;
        var bytes = mostBytes <= BytesOnStack ? stackalloc byte[BytesOnStack] : rented = ArrayPool<byte>.Shared.Rent(mostBytes);
        try
        {
            // Replaced characters would make one source of different keys.
            if (Utf8.FromUtf16(key, bytes, out var charsRead, out var byteCount, replaceInvalidSequences: false) != OperationStatus.Done)
                throw new ArgumentException($"A source's key must be valid Unicode text, but character {charsRead} is half of a surrogate pair.", nameof(key));

            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            if (salted is null)
            {
                HMACSHA256.HashData(salt, bytes[..byteCount], hash);
            }
            else
            {
                salted.AppendData(bytes[..byteCount]);
                salted.GetHashAndReset(hash);
            }

            // 0 stands for an erased source.
            return new SourceId(Math.Max(1, BinaryPrimitives.ReadUInt64LittleEndian(hash)));
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }
}
