using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using static TorchSharp.torch;

namespace Nulls.Storage;

/// <summary>The header of a safetensors file: a JSON object that gives each tensor's type, shape and place, and perhaps texts about the file.</summary>
internal static class SafetensorsHeader
{
    /// <summary>The format's limit.</summary>
    public const long MostBytes = 100_000_000;

    private const string MetadataName = "__metadata__";
    private const int Alignment = 8;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Formats a header, padded with spaces so that what follows it and its 8 bytes of length is aligned to 8 bytes.</summary>
    /// <exception cref="ArgumentException">The header is longer than the format allows, or two texts have one name.</exception>
    public static byte[] Format(IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(MetadataName);
                foreach (var (name, text) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(name, text);
                json.WriteEndObject();
            }

            foreach (var entry in entries)
                WriteEntry(json, entry);
            json.WriteEndObject();
        }

        bytes.Write("       "u8[..((Alignment - bytes.WrittenCount % Alignment) % Alignment)]);
        if (bytes.WrittenCount > MostBytes)
            throw new ArgumentException($"The header of a safetensors file must be at most {MostBytes:N0} bytes, but these {entries.Count:N0} tensors need {bytes.WrittenCount:N0}. Save them in several files, or shorten their names.");
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads a header and checks that the tensors lie one after another without gap or overlap. They are returned in that order.</summary>
    /// <exception cref="InvalidDataException">The header is not as the format says.</exception>
    public static (SafetensorsEntry[] Entries, Dictionary<string, string> Metadata) Parse(ReadOnlyMemory<byte> header, string path)
    {
        // An object, and no space before it: the format says so, to leave room for others.
        if (header.IsEmpty || header.Span[0] != (byte)'{' || !Utf8.IsValid(header.Span))
            throw Broken(path, "it is no JSON object in UTF-8");

        try
        {
            using var document = JsonDocument.Parse(header, Strict);
            var entries = new List<SafetensorsEntry>();
            var metadata = new Dictionary<string, string>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataName)
                    ReadMetadata(property.Value, metadata, path);
                else
                    entries.Add(ReadEntry(property.Name, property.Value, path));
            }

            entries.Sort((left, right) => (left.Begin, left.End).CompareTo((right.Begin, right.End)));
            RequireNoGap(entries, path);
            return ([.. entries], metadata);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how the JSON reader says that an escaped character is half of a surrogate pair.
            throw Broken(path, $"it is no valid JSON ({failure.Message.TrimEnd('.')})", failure);
        }
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsEntry entry)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", SafetensorsEntry.NameOf(entry.Type));
        json.WriteStartArray("shape");
        foreach (var size in entry.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Begin);
        json.WriteNumberValue(entry.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Broken(path, $"its '{MetadataName}' is no object of texts");
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw Broken(path, $"its '{MetadataName}' has a '{property.Name}' that is no text");
            metadata.Add(property.Name, property.Value.GetString()!); // A JSON string is not null.
        }
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out var shape) || ReadSizes(shape) is not { } sizes
            || !element.TryGetProperty("data_offsets", out var offsets) || ReadSizes(offsets) is not [var begin, var end])
        {
            throw Broken(path, $"tensor '{name}' must have a dtype, a shape of whole numbers and two data_offsets");
        }

        var typeName = dtype.GetString()!; // A JSON string is not null.
        var type = SafetensorsEntry.TypeOf(typeName)
            ?? throw new InvalidDataException($"Tensor '{name}' in '{path}' has type {typeName}, which is not one of F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL. Convert it to one of them.");
        var needed = ByteCount(type, sizes);
        if (end < begin || needed != end - begin)
        {
            throw Broken(path, $"tensor '{name}' has the offsets {begin} to {end}, but its shape ({string.Join(", ", sizes)}) of {typeName} takes "
                + (needed is { } count ? $"{count} bytes" : "more bytes than can be counted"));
        }

        return new SafetensorsEntry(name, type, sizes, begin, end);
    }

    // Null for anything that is no array of whole numbers from 0.
    private static long[]? ReadSizes(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
            return null;

        var sizes = new long[element.GetArrayLength()];
        var i = 0;
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out sizes[i]) || sizes[i++] < 0)
                return null;
        }

        return sizes;
    }

    // Null when 63 bits do not hold it. Torch counts elements before it looks for a 0 among the sizes, so a 0 does not help.
    private static long? ByteCount(ScalarType type, long[] sizes)
    {
        Int128 bytes = SafetensorsEntry.ElementBytes(type);
        foreach (var size in sizes)
        {
            bytes *= Math.Max(size, 1);
            if (bytes > long.MaxValue)
                return null;
        }

        return Array.IndexOf(sizes, 0) >= 0 ? 0 : (long)bytes;
    }

    private static void RequireNoGap(List<SafetensorsEntry> entries, string path)
    {
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != end)
                throw Broken(path, $"tensor '{entry.Name}' begins at {entry.Begin}, but the bytes before it end at {end}");
            end = entry.End;
        }
    }

    private static InvalidDataException Broken(string path, string reason, Exception? cause = null) =>
        new($"The header of '{path}' is not that of a safetensors file: {reason}. Use another copy of the file.", cause);
}
