using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Nulls.Storage;

namespace Nulls.Text;

/// <summary>A run of documents as a file of tokens.</summary>
/// <remarks>
/// All integers have the lowest byte first: the 8 letters NULLSTOK · u32 version · u32 bytes of a token, 2 or 4 · u32 1 if documents are
/// split into sentences, else 0 · SHA-256 of the saved tokenizer · all tokens, in the order of the documents, and zeros to a multiple of
/// 4 · u32 the length of each sentence, if split · 16 bytes for each document that has a source (u32 first token, u32 number of tokens,
/// u32 first sentence, i32 source) · the same for each document without one, whose source is -1 · u64 numbers of tokens, sentences,
/// documents with a source, without one, without tokens · SHA-256 of the documents · SHA-256 of everything before.
/// </remarks>
internal static class SegmentFormat
{
    public const int EntryBytes = 16;
    public const int HeaderBytes = 20 + SHA256.HashSizeInBytes;

    private const uint Version = 1;
    private const int CountBytes = 5 * sizeof(ulong);
    private const int FooterBytes = CountBytes + SHA256.HashSizeInBytes;
    private const int ChunkBytes = 1 << 16;

    private static ReadOnlySpan<byte> Magic => "NULLSTOK"u8;

    /// <summary>Writes a segment while its documents are tokenized.</summary>
    /// <param name="path">The file, written aside and then put in place.</param>
    /// <param name="kind">What the segment's tokens are of.</param>
    /// <param name="documents">The documents' sentences, none of them empty, and sources.</param>
    /// <param name="finish">Called when all documents are read; returns the SHA-256 of them in hexadecimal. What it throws leaves no file.</param>
    public static void Write(string path, SegmentKind kind, IEnumerable<(int[][] Sentences, int Source)> documents, Func<string> finish) =>
        AtomicFile.Write(path, file =>
        {
            using var digesting = new DigestingStream(file);
            digesting.Write(Header(kind));
            var body = new SegmentBody(digesting, kind);
            foreach (var (sentences, source) in documents)
                body.Add(sentences, source);
            digesting.Write(MemoryMarshal.AsBytes(body.Finish().AsSpan()));
            digesting.Write(Convert.FromHexString(finish()));
            file.Write(Convert.FromHexString(digesting.Digest()));
        });

    /// <summary>Reads what a segment holds, without its tokens.</summary>
    /// <param name="path">The file.</param>
    /// <param name="checksDigest">Whether to read the whole file and to check its digest.</param>
    /// <exception cref="InvalidDataException">The file is no segment, truncated, edited, or of a newer version.</exception>
    public static Segment Open(string path, bool checksDigest)
    {
        using var file = File.OpenRead(path);
        var footerOffset = file.Length - FooterBytes - SHA256.HashSizeInBytes;
        if (footerOffset < HeaderBytes)
            throw Damaged(path);

        var header = new byte[HeaderBytes];
        file.ReadExactly(header);
        if (!header.AsSpan().StartsWith(Magic))
            throw new InvalidDataException($"'{path}' holds no tokens: it does not begin with 'NULLSTOK'. Delete it, and it is made again.");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8));
        if (version > Version)
            throw new InvalidDataException($"The tokens in '{path}' have format {version}, and this version of Nulls reads formats up to {Version}. Use the version that wrote them, or a newer one.");

        var kind = new SegmentKind(Convert.ToHexStringLower(header.AsSpan(20)), (int)BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12)), header[16] != 0);
        var footer = new byte[FooterBytes];
        file.Position = footerOffset;
        file.ReadExactly(footer);
        // A number that is too large to be true would overflow what is computed from it.
        long Number(int place) => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(footer.AsSpan(place * sizeof(ulong))), 1UL << 40);
        var segment = new Segment(path, kind, Convert.ToHexStringLower(footer.AsSpan(CountBytes)), Number(0), Number(1), Number(2), Number(3), Number(4));
        var isWhole = kind.TokenBytes is 2 or 4 && segment.GeneralOffset + segment.GeneralCount * EntryBytes == footerOffset;
        if (!isWhole || (checksDigest && !HasDigest(file)))
            throw Damaged(path);
        return segment;
    }

    private static byte[] Header(SegmentKind kind)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), (uint)kind.TokenBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), kind.InSentences ? 1u : 0);
        Convert.FromHexString(kind.Tokenizer).CopyTo(header, 20);
        return header;
    }

    private static bool HasDigest(FileStream file)
    {
        file.Position = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkBytes];
        for (var left = file.Length - SHA256.HashSizeInBytes; left > 0;)
        {
            var count = (int)Math.Min(left, chunk.Length);
            file.ReadExactly(chunk, 0, count);
            hash.AppendData(chunk, 0, count);
            left -= count;
        }

        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        file.ReadExactly(expected);
        return expected.SequenceEqual(hash.GetHashAndReset());
    }

    private static InvalidDataException Damaged(string path) =>
        new($"'{path}' is truncated or was changed: its bytes are not those that were written. Delete it, and it is made again.");
}
