using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nulls.Inference;

/// <summary>
/// The saved form of a <see cref="SourceIndex"/>: magic, version, salt, three counts, an inverse norm for each source, the chunks of
/// postings with the length before each, SHA-256 of all before it; little-endian. Version 1 had whole arrays, and is read still.
/// </summary>
internal static class SourceIndexFormat
{
    private const int Version = 2;
    private const int ChunkBytes = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "NULLSIDX"u8;

    /// <summary>Writes an index, without some sources; a chunk at a time, so that leaving sources out needs little memory.</summary>
    public static void Save(Stream stream, ReadOnlySpan<byte> salt, Postings postings, Func<int, bool> isLeftOut)
    {
        var norms = postings.InverseNorms;
        var leavesOut = false;
        for (var source = 0; source < norms.Length; source++)
        {
            if (norms[source] == 0 || !isLeftOut(source))
                continue;
            if (!leavesOut)
                norms = [.. norms];
            leavesOut = true;
            norms[source] = 0;
        }

        using var checksum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Write(stream, checksum, Magic);
        Write<int>(stream, checksum, [Version]);
        Write(stream, checksum, salt);
        Write<int>(stream, checksum, [postings.IndexedCount, postings.SourceCount, postings.Chunks.Count]);
        Write<float>(stream, checksum, norms);
        for (var i = 0; i < postings.Chunks.Count; i++)
        {
            var chunk = leavesOut ? postings.ChunkWithout(i, isLeftOut) : postings.Chunks[i];
            Write<int>(stream, checksum, [chunk.Length]);
            Write<byte>(stream, checksum, chunk);
        }

        stream.Write(checksum.GetHashAndReset());
    }

    public static (byte[] Salt, Postings Postings) Load(Stream stream)
    {
        using var checksum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (!Read<byte>(stream, checksum, Magic.Length).AsSpan().SequenceEqual(Magic))
            throw new InvalidDataException("This is not an index of texts: it does not start with 'NULLSIDX'.");

        var version = Read<int>(stream, checksum, 1)[0];
        if (version is < 1 or > Version)
            throw new InvalidDataException($"The index of texts has format version {version}, and this library reads versions up to {Version}. Load it with the library that saved it, or a newer one.");

        var salt = Read<byte>(stream, checksum, TermHasher.SaltLength);
        return (salt, version == 1 ? LoadFirstVersion(stream, checksum) : LoadChunks(stream, checksum));
    }

    private static Postings LoadChunks(Stream stream, IncrementalHash checksum)
    {
        var counts = ReadCounts(stream, checksum, 3);
        var norms = Read<float>(stream, checksum, counts[1]);
        var chunks = new List<byte[]>();
        for (var i = 0; i < counts[2]; i++)
            chunks.Add(Read<byte>(stream, checksum, ReadCounts(stream, checksum, 1)[0]));
        RequireChecksum(stream, checksum);
        return new Postings(counts[0], chunks, norms);
    }

    private static Postings LoadFirstVersion(Stream stream, IncrementalHash checksum)
    {
        var counts = ReadCounts(stream, checksum, 4);
        var terms = Read<ulong>(stream, checksum, counts[2]);
        var frequencies = Read<int>(stream, checksum, counts[2]);
        var ends = Read<int>(stream, checksum, counts[2]);
        var sources = Read<int>(stream, checksum, counts[3]);
        var occurrences = Read<ushort>(stream, checksum, counts[3]);
        RequireChecksum(stream, checksum);

        var writer = new PostingsWriter();
        for (var (term, start) = (0, 0); term < terms.Length; start = ends[term++])
        {
            if (start >= ends[term] || ends[term] > sources.Length || (term > 0 && terms[term - 1] >= terms[term]) || !IsAscending(sources.AsSpan(start..ends[term])))
                throw new InvalidDataException("The index of texts is corrupt: its terms and sources do not fit each other. Restore the file from a copy.");
            writer.Add(terms[term], frequencies[term], sources.AsSpan(start..ends[term]), occurrences.AsSpan(start..ends[term]));
        }

        return PostingsWeighing.Weigh(counts[0], counts[1], writer.Chunks());
    }

    private static bool IsAscending(ReadOnlySpan<int> sources)
    {
        for (var i = 1; i < sources.Length; i++)
        {
            if (sources[i] <= sources[i - 1])
                return false;
        }

        return sources[0] >= 0;
    }

    private static int[] ReadCounts(Stream stream, IncrementalHash checksum, int number)
    {
        var counts = Read<int>(stream, checksum, number);
        return counts.All(count => count >= 0) ? counts : throw new InvalidDataException("The index of texts is corrupt: a count is negative. Restore the file from a copy.");
    }

    private static void RequireChecksum(Stream stream, IncrementalHash checksum)
    {
        var expected = checksum.GetHashAndReset();
        var found = new byte[expected.Length];
        ReadFully(stream, found);
        if (!found.AsSpan().SequenceEqual(expected))
            throw new InvalidDataException("The index of texts is corrupt: its checksum does not match. Restore the file from a copy.");
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
