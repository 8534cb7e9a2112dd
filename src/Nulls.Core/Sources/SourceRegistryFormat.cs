using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace Nulls.Sources;

/// <summary>A source registry as bytes.</summary>
/// <remarks>
/// All integers have the lowest byte first: the 8 letters NULLSSRC · u32 version · u32 flags (1: keys are kept) · u32 length of the
/// salt, the salt · u32 number of sources · a u64 id for each, 0 for an erased source (version 2 alone has any) · if keys are kept, a u32 length of its UTF-8 text for each, 0 when it is
/// withheld, and then all texts · SHA-256 of everything before.
/// </remarks>
internal static class SourceRegistryFormat
{
    private const uint Version = 2;
    private const uint VersionWithoutErased = 1;
    private const uint KeepsKeysFlag = 1;
    private const int ChunkBytes = 1 << 16;

    private static ReadOnlySpan<byte> Magic => "NULLSSRC"u8;

    public static void Write(Stream stream, SourceRegistry registry, Func<int, bool>? withholdKey)
    {
        using var output = new Output(stream);
        output.Write(Magic);
        output.WriteUInt32(registry.Ids.Contains(SourceTable.Erased) ? Version : VersionWithoutErased);
        output.WriteUInt32(registry.KeepsKeys ? KeepsKeysFlag : 0);
        output.WriteUInt32((uint)registry.Salt.Length);
        output.Write(registry.Salt);
        output.WriteUInt32((uint)registry.Count);
        foreach (var id in registry.Ids)
            output.WriteUInt64(id);

        if (registry.KeepsKeys)
            WriteKeys(output, registry, withholdKey);
        output.WriteChecksum();
    }

    public static SourceRegistry Read(Stream stream)
    {
        using var input = new Input(stream);
        input.Expect(Magic.Length + 3 * sizeof(uint));
        Span<byte> magic = stackalloc byte[Magic.Length];
        input.Read(magic);
        if (!magic.SequenceEqual(Magic))
            throw new InvalidDataException("This is no source registry: it does not begin with 'NULLSSRC'.");

        var version = input.ReadUInt32();
        if (version > Version)
            throw new InvalidDataException($"The source registry has format {version}, and this version of Nulls reads formats up to {Version}. Load it with the version that saved it, or a newer one.");

        var flags = input.ReadUInt32();
        var saltLength = input.ReadUInt32();
        if (version == 0 || flags > KeepsKeysFlag || saltLength is < SourceRegistry.ShortestSalt or > SourceRegistry.LongestSalt)
            throw Corrupt();

        input.Expect(saltLength + sizeof(uint));
        var salt = new byte[saltLength];
        input.Read(salt);
        var table = ReadIds(input);
        var keys = (flags & KeepsKeysFlag) != 0 ? ReadKeys(input, table.Count) : null;
        input.CheckChecksum();
        return new SourceRegistry(salt, table, keys);
    }

    private static void WriteKeys(Output output, SourceRegistry registry, Func<int, bool>? withholdKey)
    {
        var isWithheld = new bool[registry.Count];
        for (var i = 0; i < registry.Count; i++)
        {
            var key = registry.GetKeyOrNull(i);
            isWithheld[i] = key is null || withholdKey?.Invoke(i) == true;
            output.WriteUInt32(isWithheld[i] ? 0 : (uint)Encoding.UTF8.GetByteCount(key!)); // Only a withheld key is null.
        }

        for (var i = 0; i < registry.Count; i++)
        {
            if (!isWithheld[i])
                output.Write(Encoding.UTF8.GetBytes(registry.GetKey(i)));
        }
    }

    private static SourceTable ReadIds(Input input)
    {
        var count = input.ReadUInt32();
        if (count > SourceTable.MaxCount)
            throw Corrupt();

        input.Expect((long)count * sizeof(ulong));

        // The table grows with what is really there: a corrupt count takes no memory.
        var table = new SourceTable((int)Math.Min(count, 1 << 20));
        for (var i = 0; i < count; i++)
        {
            var id = input.ReadUInt64();
            if (id != SourceTable.Erased && table.TryFind(id, out _))
                throw Corrupt();
            table.Add(id);
        }

        return table;
    }

    private static List<string?> ReadKeys(Input input, int count)
    {
        input.Expect((long)count * sizeof(uint));
        var lengths = new uint[count];
        for (var i = 0; i < count; i++)
            lengths[i] = input.ReadUInt32();

        input.Expect(lengths.Sum(length => (long)length));
        var keys = new List<string?>(count);
        foreach (var length in lengths)
            keys.Add(length == 0 ? null : ReadKey(input, length));
        return keys;
    }

    private static string ReadKey(Input input, uint length)
    {
        if (length > int.MaxValue / 2)
            throw Corrupt();

        var bytes = new byte[Math.Min(length, ChunkBytes)];
        input.Read(bytes);
        while (bytes.Length < length)
        {
            var filled = bytes.Length;
            Array.Resize(ref bytes, (int)Math.Min(length, filled * 2L));
            input.Read(bytes.AsSpan(filled));
        }

        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Corrupt();
    }

    private static InvalidDataException Corrupt() =>
        new("The source registry is corrupt: its bytes are not those that were saved. Use another copy of the file.");

    private sealed class Output(Stream stream) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] _chunk = new byte[ChunkBytes];
        private int _used;

        public void WriteUInt32(uint number) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(sizeof(uint)), number);

        public void WriteUInt64(ulong number) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), number);

        public void Write(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                if (_used == _chunk.Length)
                    Flush();
                var count = Math.Min(bytes.Length, _chunk.Length - _used);
                bytes[..count].CopyTo(Reserve(count));
                bytes = bytes[count..];
            }
        }

        public void WriteChecksum()
        {
            Flush();
            stream.Write(_hash.GetHashAndReset());
        }

        public void Dispose() => _hash.Dispose();

        private Span<byte> Reserve(int count)
        {
            if (_chunk.Length - _used < count)
                Flush();
            _used += count;
            return _chunk.AsSpan(_used - count, count);
        }

        private void Flush()
        {
            _hash.AppendData(_chunk, 0, _used);
            stream.Write(_chunk, 0, _used);
            _used = 0;
        }
    }

    // Reads ahead only as far as it was told that the bytes are the registry's: what follows it in the stream is left there.
    private sealed class Input(Stream stream) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] _chunk = new byte[ChunkBytes];
        private int _position;
        private int _filled;
        private long _expected;

        /// <summary>Tells that so many more bytes follow.</summary>
        public void Expect(long byteCount) => _expected += byteCount;

        public uint ReadUInt32()
        {
            Span<byte> bytes = stackalloc byte[sizeof(uint)];
            Read(bytes);
            return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        }

        public ulong ReadUInt64()
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            Read(bytes);
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        }

        public void Read(Span<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                if (_position == _filled)
                    Fill();
                var count = Math.Min(bytes.Length, _filled - _position);
                _chunk.AsSpan(_position, count).CopyTo(bytes);
                _position += count;
                bytes = bytes[count..];
            }
        }

        public void CheckChecksum()
        {
            Span<byte> found = stackalloc byte[SHA256.HashSizeInBytes];
            ReadFrom(stream, found);
            if (!found.SequenceEqual(_hash.GetHashAndReset()))
                throw Corrupt();
        }

        public void Dispose() => _hash.Dispose();

        private void Fill()
        {
            _position = 0;
            _filled = (int)Math.Min(_expected, _chunk.Length);
            _expected -= _filled;
            ReadFrom(stream, _chunk.AsSpan(0, _filled));
            _hash.AppendData(_chunk, 0, _filled);
        }

        private static void ReadFrom(Stream stream, Span<byte> bytes)
        {
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                throw new InvalidDataException("The source registry is truncated: it ends before its last byte. Use another copy of the file.");
        }
    }
}
