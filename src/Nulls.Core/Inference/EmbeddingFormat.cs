using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Nulls.Sources;
using Nulls.Storage;

namespace Nulls.Inference;

/// <summary>The saved form of <see cref="EmbeddingVectors"/>: a header, each vector with its source's id, and the SHA-256 of it all.</summary>
internal static class EmbeddingFormat
{
    private const ulong Magic = 0x0031_424D_454C_554E; // "NULEMB1", lowest byte first
    private const int MostDimensions = 1 << 16;

    public static void Save(Stream stream, EmbeddingVectors vectors)
    {
        string digest;
        using (var digesting = new DigestingStream(stream))
        {
            using var writer = new BinaryWriter(digesting, Encoding.UTF8, leaveOpen: true);
            writer.Write(Magic);
            writer.Write(vectors.Dimensions);
            writer.Write(vectors.Count);
            for (var number = 0; number < vectors.Count; number++)
            {
                var (source, scale, components) = vectors.Read(number);
                writer.Write(source.Value);
                writer.Write(scale);
                writer.Write(MemoryMarshal.AsBytes(components.Span));
            }

            writer.Flush();
            digest = digesting.Digest();
        }

        stream.Write(Convert.FromHexString(digest));
    }

    /// <exception cref="InvalidDataException">The stream holds something else, or is damaged.</exception>
    public static EmbeddingVectors Load(Stream stream, string path)
    {
        using var digesting = new DigestingStream(stream);
        using var reader = new BinaryReader(digesting, Encoding.UTF8, leaveOpen: true);
        try
        {
            if (reader.ReadUInt64() != Magic)
                throw new InvalidDataException($"'{path}' holds no vectors of sources: it does not begin as EmbeddingSourceRouter.Save writes it. Name the file that it wrote.");
            var (dimensions, count) = (reader.ReadInt32(), reader.ReadInt32());
            if (dimensions is < 1 or > MostDimensions || count < 0)
                throw Damaged(path, $"it claims {count:N0} vectors of {dimensions:N0} dimensions");

            var vectors = new EmbeddingVectors(dimensions);
            var components = new sbyte[dimensions];
            for (var number = 0; number < count; number++)
            {
                var (id, scale) = (reader.ReadUInt64(), reader.ReadSingle());
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(components.AsSpan()));
                if (components.AsSpan().Contains(sbyte.MinValue))
                    throw Damaged(path, $"vector {number:N0} has a component of -128, and components are from -127 to 127");
                vectors.Add(new SourceId(id), scale, components);
            }

            var digest = digesting.Digest();
            var expected = new byte[SHA256.HashSizeInBytes];
            stream.ReadExactly(expected);
            return digest == Convert.ToHexStringLower(expected) ? vectors : throw Damaged(path, "its SHA-256 is not the one at its end");
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"'{path}' is damaged: it ends too early. Restore it from a copy, or make the vectors again.", exception);
        }
    }

    private static InvalidDataException Damaged(string path, string how) => new($"'{path}' is damaged: {how}. Restore it from a copy, or make the vectors again.");
}
