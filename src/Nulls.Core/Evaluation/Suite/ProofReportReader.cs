using System.Text.Json;

namespace Nulls.Evaluation.Suite;

/// <summary>Reads what <see cref="ProofReportWriter"/> wrote.</summary>
public static class ProofReportReader
{
    /// <summary>Reads a report.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no report, one of another version, or one whose claims contradict their numbers.</exception>
    public static ProofReport Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = File.OpenRead(path);
        try
        {
            using var document = JsonDocument.Parse(stream);
            RequireVersion(document.RootElement);
            // A file that says null reads as null.
            return (document.Deserialize<ProofReportFormat>(ProofReportFormat.Options) ?? throw new InvalidDataException("it is empty.")).ToReport();
        }
        catch (Exception failure) when (failure is JsonException or InvalidDataException or OverflowException)
        {
            throw new InvalidDataException($"The report '{path}' is not what it should be: {failure.Message}", failure);
        }
    }

    private static void RequireVersion(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.String || format.GetString() != ProofReportFormat.Name)
            throw new InvalidDataException($"its 'format' must be '{ProofReportFormat.Name}'. Is it the file that ProofReportWriter wrote?");
        if (!root.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != ProofReportFormat.Current)
            throw new InvalidDataException($"its version is {(version.ValueKind == JsonValueKind.Undefined ? "missing" : version.GetRawText())}, and this library reads version {ProofReportFormat.Current}. Write it again with this library, or read it with a newer one.");
    }
}
