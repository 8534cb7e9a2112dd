using System.Buffers.Binary;

namespace Nulls.Unlearning;

/// <summary>What a ledger writes in place of a source: HMAC-SHA256 of its <see cref="Sources.SourceId"/> under the ledger's key. The same source has the same pseudonym in all entries of a ledger.</summary>
/// <remarks>It is not anonymous while the key exists: whoever has the key can test a guess. Once the key is destroyed nobody can; see <see cref="LedgerKey"/>.</remarks>
public readonly record struct SourcePseudonym
{
    internal const int ByteCount = 32;
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    internal SourcePseudonym(ReadOnlySpan<byte> bytes)
    {
        _high = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>Gets the first 8 bytes, to sort by.</summary>
    internal ulong Prefix => (ulong)(_high >> 64);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is not 64 hexadecimal digits.</exception>
    public static SourcePseudonym Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length != 2 * ByteCount)
            throw new FormatException($"A source's pseudonym is {2 * ByteCount} hexadecimal digits, but '{text}' has {text.Length} characters.");
        return new SourcePseudonym(Convert.FromHexString(text));
    }

    /// <summary>Returns the pseudonym as 64 hexadecimal digits, as it stands in the ledger.</summary>
    public override string ToString() => _high.ToString("x32") + _low.ToString("x32");
}
