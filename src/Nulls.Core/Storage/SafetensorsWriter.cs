using System.Buffers.Binary;
using static TorchSharp.torch;

namespace Nulls.Storage;

/// <summary>Writes tensors as a safetensors file, a piece at a time: no copy of the file is ever in memory.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Bytes in memory at a time, besides a copy of one tensor when that is not contiguous or not on the CPU.</summary>
    public const int PieceBytes = 1 << 20;

    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <summary>Writes tensors of any device and layout, those of wide types first, and otherwise in the order given.</summary>
    /// <param name="stream">Where to write. Need not seek, and stays open.</param>
    /// <param name="tensors">The tensors, each of a type of floating-point numbers or integers, or of truth values.</param>
    /// <param name="metadata">Texts about the file. The default is none.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, a name is reserved, or a type has no place in the format.</exception>
    public static void Write(
        Stream stream, IReadOnlyList<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Wide types first, behind a header of a multiple of 8 bytes: every tensor is aligned for those who map the file into memory.
        var ordered = tensors.OrderByDescending(named => SafetensorsEntry.ElementBytes(named.Tensor.dtype)).ToArray();
        var header = SafetensorsHeader.Format(Lay(ordered), metadata ?? NoMetadata);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (_, tensor) in ordered)
            WriteBytes(stream, tensor);
    }

    private static List<SafetensorsEntry> Lay((string Name, Tensor Tensor)[] tensors)
    {
        var entries = new List<SafetensorsEntry>(tensors.Length);
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        var begin = 0L;
        foreach (var (name, tensor) in tensors)
        {
            if (!names.Add(name))
                throw new ArgumentException($"Every tensor of a file must have a name of its own, and none may be '__metadata__'; got '{name}' again.", nameof(tensors));
            if (SafetensorsEntry.NameOf(tensor.dtype) is null)
                throw new ArgumentException($"Tensor '{name}' has type {tensor.dtype}, for which safetensors has no name. Convert it first.", nameof(tensors));

            var end = begin + tensor.numel() * SafetensorsEntry.ElementBytes(tensor.dtype);
            entries.Add(new SafetensorsEntry(name, tensor.dtype, tensor.shape, begin, end));
            begin = end;
        }

        return entries;
    }

    private static void WriteBytes(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var flat = tensor.detach().to(CPU).contiguous().view(-1);
        var pieceLength = PieceBytes / SafetensorsEntry.ElementBytes(tensor.dtype);
        for (var start = 0L; start < flat.numel(); start += pieceLength)
        {
            // A tensor's bytes are a span, and so fewer than 2^31; those of a piece always are.
            using var piece = flat.narrow(0, start, Math.Min(pieceLength, flat.numel() - start));
            stream.Write(piece.bytes);
        }
    }
}
