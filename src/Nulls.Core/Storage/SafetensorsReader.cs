using System.Buffers.Binary;
using static TorchSharp.torch;

namespace Nulls.Storage;

/// <summary>Reads a safetensors file from its beginning to its end, one tensor after another, into memory that is already there or is new.</summary>
/// <remarks>
/// The stream need not seek, stays open, and is read no further than the last tensor (and one byte more by <see cref="Complete"/>).
/// Bytes go straight to a tensor's memory, a piece at a time. For one thread.
/// </remarks>
internal sealed class SafetensorsReader
{
    private readonly Stream _stream;
    private readonly string _path;
    private readonly SafetensorsEntry[] _entries;
    private int _next;

    /// <summary>Reads and checks the header.</summary>
    /// <param name="stream">The file, at its beginning.</param>
    /// <param name="path">What errors call the file.</param>
    /// <exception cref="InvalidDataException">The file is no safetensors file, or a seekable one is shorter than its header says.</exception>
    public SafetensorsReader(Stream stream, string path)
    {
        _stream = stream;
        _path = path;
        (_entries, var metadata) = SafetensorsHeader.Parse(ReadHeader(), path);
        Metadata = metadata;
        RequireLength();
    }

    /// <summary>Gets the tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _entries;

    /// <summary>Gets the texts about the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Gets the tensor to be read next, or null behind the last.</summary>
    public SafetensorsEntry? Next => _next < _entries.Length ? _entries[_next] : null;

    /// <summary>Reads every tensor into new memory of the CPU. The caller owns the tensors.</summary>
    /// <exception cref="InvalidDataException">The file is no safetensors file, truncated, or longer than its header says.</exception>
    public static Dictionary<string, Tensor> ReadAll(Stream stream, string path)
    {
        var reader = new SafetensorsReader(stream, path);
        var tensors = new Dictionary<string, Tensor>(reader._entries.Length);
        try
        {
            while (reader.Next is { } entry)
                tensors.Add(entry.Name, reader.Read());
            reader.Complete();
            return tensors;
        }
        catch
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            throw;
        }
    }

    /// <summary>Reads every tensor into one that is there, of any device and layout. They must be exactly the file's.</summary>
    /// <returns>The number of tensors.</returns>
    /// <exception cref="InvalidDataException">The file is no safetensors file, truncated, or longer than its header says; or it holds other tensors. Those that are there may then hold a part.</exception>
    public static int ReadAllInto(Stream stream, string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        var reader = new SafetensorsReader(stream, path);
        var missing = tensors.ToDictionary(named => named.Name, named => named.Tensor);
        while (reader.Next is { } entry)
        {
            if (!missing.Remove(entry.Name, out var tensor))
                throw new InvalidDataException($"'{path}' holds a tensor '{entry.Name}', for which there is no place. Are all parts of the same model?");
            reader.ReadInto(tensor);
        }

        reader.Complete();
        return missing.Count == 0
            ? tensors.Count
            : throw new InvalidDataException($"'{path}' lacks the tensor '{missing.Keys.First()}'. Are all parts of the same model?");
    }

    /// <summary>Reads the next tensor into new memory of the CPU. The caller owns it.</summary>
    /// <exception cref="InvalidDataException">The file is truncated, or truth values are neither 0 nor 1.</exception>
    public Tensor Read()
    {
        var entry = Take();
        var tensor = empty([.. entry.Shape], entry.Type, CPU);
        try
        {
            ReadBytes(entry, tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next tensor into one of the same shape, of any device and layout. Floating-point numbers are rounded to the type of the destination.</summary>
    /// <exception cref="InvalidDataException">The shape or the kind of type differs, or the file is truncated; then the destination may hold a part.</exception>
    public void ReadInto(Tensor destination)
    {
        var entry = Take();
        if (!entry.Shape.SequenceEqual(destination.shape))
        {
            throw new InvalidDataException(
                $"Tensor '{entry.Name}' in '{_path}' has shape ({string.Join(", ", entry.Shape)}), but ({string.Join(", ", destination.shape)}) is needed. Is the configuration from the same model?");
        }

        if (entry.Type != destination.dtype && !(SafetensorsEntry.IsFloatingPoint(entry.Type) && SafetensorsEntry.IsFloatingPoint(destination.dtype)))
        {
            throw new InvalidDataException(
                $"Tensor '{entry.Name}' in '{_path}' has type {SafetensorsEntry.NameOf(entry.Type)}, but {SafetensorsEntry.NameOf(destination.dtype) ?? $"{destination.dtype}"} is needed. Is the file from the same model?");
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var values = destination.detach();
        if (entry.Type == values.dtype && values.device.type == TorchSharp.DeviceType.CPU && values.is_contiguous())
        {
            ReadBytes(entry, values);
            return;
        }

        var read = empty([.. entry.Shape], entry.Type, CPU);
        ReadBytes(entry, read);
        values.copy_(read);
    }

    /// <summary>Checks that every tensor was read and that the file ends there.</summary>
    /// <exception cref="InvalidDataException">The file goes on.</exception>
    /// <exception cref="InvalidOperationException">A tensor has not been read.</exception>
    public void Complete()
    {
        if (Next is { } entry)
            throw new InvalidOperationException($"Tensor '{entry.Name}' in '{_path}' has not been read. Read every tensor first.");
        if (_stream.ReadAtLeast(stackalloc byte[1], 1, throwOnEndOfStream: false) > 0)
            throw new InvalidDataException($"The file '{_path}' goes on after its last tensor, so it is not what was saved. Use another copy of the file.");
    }

    private SafetensorsEntry Take() => _next < _entries.Length
        ? _entries[_next++]
        : throw new InvalidOperationException($"All {_entries.Length} tensors in '{_path}' have been read.");

    private byte[] ReadHeader()
    {
        Span<byte> lengthBytes = stackalloc byte[sizeof(ulong)];
        if (_stream.ReadAtLeast(lengthBytes, lengthBytes.Length, throwOnEndOfStream: false) < lengthBytes.Length)
            throw new InvalidDataException($"The file '{_path}' is truncated: it ends before the length of its header. Use another copy of the file.");

        var length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length is 0 or > (ulong)SafetensorsHeader.MostBytes)
            throw new InvalidDataException($"The file '{_path}' is no safetensors file: its header would have {length:N0} bytes, and must have 1 to {SafetensorsHeader.MostBytes:N0}.");

        var header = new byte[(int)length];
        var count = _stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (count < header.Length)
            throw new InvalidDataException($"The file '{_path}' is truncated, or no safetensors file: its header should have {header.Length:N0} bytes and has {count:N0}. Use another copy of the file.");
        return header;
    }

    // Where the length can be known, it is, before memory is taken for tensors that are not there.
    private void RequireLength()
    {
        if (!_stream.CanSeek)
            return;

        var available = _stream.Length - _stream.Position;
        if (_entries.FirstOrDefault(entry => entry.End > available) is { } entry)
            throw Truncated(entry, Math.Max(available - entry.Begin, 0));
    }

    private void ReadBytes(SafetensorsEntry entry, Tensor tensor)
    {
        using var flat = tensor.view(-1);
        var pieceLength = SafetensorsWriter.PieceBytes / SafetensorsEntry.ElementBytes(entry.Type);
        for (var start = 0L; start < flat.numel(); start += pieceLength)
        {
            using var piece = flat.narrow(0, start, Math.Min(pieceLength, flat.numel() - start));
            var bytes = piece.bytes;
            ReadPiece(entry, bytes);

            // Torch takes a truth value to be 0 or 1 without looking.
            if (entry.Type == ScalarType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
                throw new InvalidDataException($"Tensor '{entry.Name}' in '{_path}' has truth values that are neither 0 nor 1. Use another copy of the file.");
        }
    }

    private void ReadPiece(SafetensorsEntry entry, Span<byte> piece)
    {
        var count = _stream.ReadAtLeast(piece, piece.Length, throwOnEndOfStream: false);
        if (count < piece.Length)
            throw Truncated(entry, null);
    }

    private InvalidDataException Truncated(SafetensorsEntry entry, long? available) => new(
        $"The file '{_path}' is truncated: it ends within tensor '{entry.Name}'"
        + (available is { } count ? $", of whose {entry.ByteCount:N0} bytes {count:N0} are there" : "") + ". Use another copy of the file.");
}
