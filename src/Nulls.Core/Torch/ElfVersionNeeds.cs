using System.Buffers.Binary;
using System.Text;

namespace Nulls.Torch;

/// <summary>The symbol versions that a 64-bit little-endian ELF library asks of the libraries it depends on.</summary>
/// <remarks>Layout: System V ABI, "Program Header" and "Dynamic Section"; Linux Standard Base, "Symbol Versioning" (Elf64_Verneed, Elf64_Vernaux).</remarks>
internal static class ElfVersionNeeds
{
    private const uint LoadSegment = 1;
    private const uint DynamicSegment = 2;
    private const long StringTable = 5;
    private const long VersionNeeds = 0x6ffffffe;
    private const long VersionNeedsCount = 0x6fffffff;
    private const ushort Weak = 2;

    /// <summary>Marks every need of the version weak, in place: the system's loader then does not insist on it. Doing it again changes nothing.</summary>
    /// <returns>How many needs name the version.</returns>
    /// <exception cref="InvalidDataException">The image is no such library, is damaged, or does not need the version.</exception>
    public static int MakeOptional(Span<byte> image, string version)
    {
        var name = Encoding.ASCII.GetBytes(version);
        var segments = ReadSegments(image);
        var dynamic = ReadDynamic(image, segments);
        var strings = ToFileOffset(segments, Entry(dynamic, StringTable));
        var need = ToFileOffset(segments, Entry(dynamic, VersionNeeds));

        var found = 0;
        for (var remaining = Entry(dynamic, VersionNeedsCount); remaining > 0; remaining--)
        {
            // Elf64_Verneed: vn_cnt at 2, vn_aux at 8, vn_next at 12.
            var entry = Slice(image, need, 16);
            var auxiliaryOffset = need + BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
            for (var left = BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]); left > 0; left--)
            {
                // Elf64_Vernaux: vna_flags at 4, vna_name at 8, vna_next at 12.
                var auxiliary = Slice(image, auxiliaryOffset, 16);
                if (IsString(image, strings + BinaryPrimitives.ReadUInt32LittleEndian(auxiliary[8..]), name))
                {
                    var flags = BinaryPrimitives.ReadUInt16LittleEndian(auxiliary[4..]);
                    BinaryPrimitives.WriteUInt16LittleEndian(auxiliary[4..], (ushort)(flags | Weak));
                    found++;
                }

                var auxiliaryStep = BinaryPrimitives.ReadUInt32LittleEndian(auxiliary[12..]);
                if (auxiliaryStep == 0)
                    break;
                auxiliaryOffset += auxiliaryStep;
            }

            var step = BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]);
            if (step == 0)
                break;
            need += step;
        }

        return found > 0 ? found : throw new InvalidDataException($"The ELF library does not need the version '{version}', so there is nothing to make optional.");
    }

    private static List<Segment> ReadSegments(Span<byte> image)
    {
        // Elf64_Ehdr: e_ident, of which class and byte order are 4 and 5; e_phoff at 32, e_phentsize at 54, e_phnum at 56.
        var header = Slice(image, 0, 64);
        if (!header[..6].SequenceEqual("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException("The file is no 64-bit little-endian ELF library: its first bytes differ.");

        var offset = ReadOffset(header[32..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        var segments = new List<Segment>();
        for (var i = 0; i < BinaryPrimitives.ReadUInt16LittleEndian(header[56..]); i++)
        {
            // Elf64_Phdr: p_type at 0, p_offset at 8, p_vaddr at 16, p_filesz at 32.
            var entry = Slice(image, offset + (long)i * size, 56);
            segments.Add(new Segment(
                BinaryPrimitives.ReadUInt32LittleEndian(entry), ReadOffset(entry[8..]), ReadOffset(entry[16..]), ReadOffset(entry[32..])));
        }

        return segments;
    }

    private static Dictionary<long, long> ReadDynamic(Span<byte> image, List<Segment> segments)
    {
        var segment = segments.FirstOrDefault(segment => segment.Type == DynamicSegment)
            ?? throw new InvalidDataException("The ELF file has no dynamic segment, so it is no shared library.");
        var entries = new Dictionary<long, long>();
        for (var at = 0L; at + 16 <= segment.Size; at += 16)
        {
            var entry = Slice(image, segment.Offset + at, 16);
            var tag = BinaryPrimitives.ReadInt64LittleEndian(entry);
            if (tag == 0)
                break;
            entries[tag] = ReadOffset(entry[8..]);
        }

        return entries;
    }

    private static long Entry(Dictionary<long, long> dynamic, long tag) =>
        dynamic.TryGetValue(tag, out var value) ? value : throw new InvalidDataException($"The ELF library's dynamic segment has no entry 0x{tag:x}.");

    // Addresses are those in memory; a segment says which bytes of the file are loaded there.
    private static long ToFileOffset(List<Segment> segments, long address)
    {
        foreach (var segment in segments)
        {
            if (segment.Type == LoadSegment && address >= segment.Address && address - segment.Address < segment.Size)
                return segment.Offset + (address - segment.Address);
        }

        throw new InvalidDataException($"The ELF library has no loaded bytes at address 0x{address:x}.");
    }

    private static bool IsString(Span<byte> image, long offset, ReadOnlySpan<byte> text) =>
        offset < image.Length && image[(int)offset..].StartsWith(text) && Slice(image, offset + text.Length, 1)[0] == 0;

    // Beyond half of the range lies nothing, and below it sums of two cannot overflow.
    private static long ReadOffset(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return value <= long.MaxValue / 2 ? (long)value : throw new InvalidDataException($"The ELF library has an offset, 0x{value:x}, beyond any file.");
    }

    private static Span<byte> Slice(Span<byte> image, long offset, int length) =>
        offset >= 0 && offset <= image.Length - length
            ? image.Slice((int)offset, length)
            : throw new InvalidDataException($"The ELF library is cut short: {length} bytes at {offset} lie outside its {image.Length} bytes.");

    private sealed record Segment(uint Type, long Offset, long Address, long Size);
}
