using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nulls.Inference;

/// <summary>The saved form of a <see cref="SourceIndex"/>: magic, version, salt, five counts, five arrays, SHA-256 of all before it; little-endian.</summary>
internal static class SourceIndexFormat
{
    private const int Version = 1;
    private const int ChunkBytes = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "NULLSIDX"u8;

    public static void Save(Stream stream, ReadOnlySpan<byte> salt, Postings postings)
    {
        using var checksum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Write(stream, checksum, Magic);
        Write<int>(stream, checksum, [Version]);
        Write(stream, checksum, salt);
        Write<int>(stream, checksum, [postings.IndexedCount, postings.SourceCount, postings.Terms.Length, postings.Sources.Length]);
        Write<ulong>(stream, checksum, postings.Terms);
        Write<int>(stream, checksum, postings.Frequencies);
        Write<int>(stream, checksum, postings.Ends);
        Write<int>(stream, checksum, postings.Sources);
        Write<ushort>(stream, checksum, postings.Counts);
        stream.Write(checksum.GetHashAndReset());
    }

    public static (byte[] Salt, Postings Postings) Load(Stream stream)
    {
        using var checksum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (!Read<byte>(stream, checksum, Magic.Length).AsSpan().SequenceEqual(Magic))
            throw new InvalidDataException("This is not an index of texts: it does not start with 'NULLSIDX'.");

        var version = Read<int>(stream, checksum, 1)[0];
        if (version != Version)
            throw new InvalidDataException($"The index of texts has format version {version}, and this library reads version {Version}. Load it with the library that saved it, or a newer one.");

        var salt = Read<byte>(stream, checksum, TermHasher.SaltLength);
        var counts = Read<int>(stream, checksum, 4);
        if (counts.Any(count => count < 0))
            throw new InvalidDataException("The index of texts is corrupt: a count is negative. Restore the file from a copy.");

        var postings = new Postings(
            counts[0],
            counts[1],
            Read<ulong>(stream, checksum, counts[2]),
            Read<int>(stream, checksum, counts[2]),
            Read<int>(stream, checksum, counts[2]),
            Read<int>(stream, checksum, counts[3]),
            Read<ushort>(stream, checksum, counts[3]));

        var expected = checksum.GetHashAndReset();
        var found = new byte[expected.Length];
        ReadFully(stream, found);
        if (!found.AsSpan().SequenceEqual(expected))
            throw new InvalidDataException("The index of texts is corrupt: its checksum does not match. Restore the file from a copy.");

        postings.Check();
        return (salt, postings);
    }

    // In chunks: a span of bytes cannot cover the largest arrays.
    private static void Write<T>(Stream stream, IncrementalHash checksum, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        while (!values.IsEmpty)
        {
            var length = Math.Min(values.Length, ChunkBytes / Marshal.SizeOf<T>());
            var bytes = MemoryMarshal.AsBytes(values[..length]);
            checksum.AppendData(bytes);
            stream.Write(bytes);
            values = values[length..];
        }
    }

    // Grows with what arrives: a corrupt count must not reserve memory that the stream cannot fill.
    private static T[] Read<T>(Stream stream, IncrementalHash checksum, int count)
        where T : unmanaged
    {
        var chunk = ChunkBytes / Marshal.SizeOf<T>();
        var values = new T[Math.Min(count, chunk)];
        for (var read = 0; read < count;)
        {
            if (read == values.Length)
                Array.Resize(ref values, (int)Math.Min(count, 2L * read));
            var length = Math.Min(values.Length - read, chunk);
            var bytes = MemoryMarshal.AsBytes(values.AsSpan(read, length));
            ReadFully(stream, bytes);
            checksum.AppendData(bytes);
            read += length;
        }

        return values;
    }

    private static void ReadFully(Stream stream, Span<byte> bytes)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidDataException("The index of texts is truncated: the file ends too early. Restore it from a copy.");
    }
}
