using System.Text.Json;

namespace Nulls.Evaluation;

/// <summary>Reads files of one JSON object a line.</summary>
internal static class JsonLines
{
    /// <summary>Reads every line that is not blank.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Makes something of an object; a value of the wrong kind or a missing one becomes an error that names the line.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is not what it should be, or there is none.</exception>
    public static IReadOnlyList<T> Read<T>(string path, Func<JsonElement, T> read)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}'.", path);

        var items = new List<T>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                using var json = JsonDocument.Parse(line);
                items.Add(read(json.RootElement));
            }
            // Not only JsonException: JsonElement has others for a value of the wrong kind, a number out of range and a property that is missing.
            catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or InvalidDataException)
            {
                throw new InvalidDataException($"Line {number} of '{path}' is not what it should be: {exception.Message}", exception);
            }
        }

        return items.Count > 0 ? items : throw new InvalidDataException($"The file '{path}' has no lines.");
    }

    /// <summary>Reads a text that must be there and not be empty.</summary>
    public static string Text(this JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value))
            throw new InvalidDataException($"'{name}' is missing.");
        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 } text)
            throw new InvalidDataException($"'{name}' must be a text that is not empty.");
        return text;
    }

    /// <summary>Reads a text that may be missing.</summary>
    public static string? TextOrNull(this JsonElement json, string name) => json.TryGetProperty(name, out _) ? json.Text(name) : null;

    /// <summary>Reads a list of texts that are not empty; no list is an empty one.</summary>
    public static IReadOnlyList<string> Texts(this JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var values))
            return [];
        if (values.ValueKind != JsonValueKind.Array || values.EnumerateArray().Any(value => value.ValueKind != JsonValueKind.String || value.GetString()!.Length == 0))
            throw new InvalidDataException($"'{name}' must be a list of texts that are not empty.");
        return [.. values.EnumerateArray().Select(value => value.GetString()!)];
    }

    /// <summary>Reads a whole number in a range.</summary>
    public static int Whole(this JsonElement json, string name, int least, int most)
    {
        if (!json.TryGetProperty(name, out var value))
            throw new InvalidDataException($"'{name}' is missing.");
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var number) || number < least || number > most)
            throw new InvalidDataException($"'{name}' must be a whole number from {least} to {most}, and is {value}.");
        return number;
    }

    /// <summary>Reads a flag.</summary>
    public static bool Flag(this JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            throw new InvalidDataException($"'{name}' must be true or false.");
        return value.GetBoolean();
    }
}
