using System.Text.Json;

namespace Nulls.Text;

/// <summary>What the readers of tokenizer files share.</summary>
internal static class JsonReading
{
    public static JsonDocumentOptions Options { get; } = new() { AllowDuplicateProperties = false };

    /// <summary>Runs a read and turns what JSON throws into <see cref="InvalidDataException"/>.</summary>
    public static T Translate<T>(string origin, Func<T> read)
    {
        try
        {
            return read();
        }
        // Not only JsonException: JsonElement has others for a value of the wrong kind, a number out of range and a property that is missing.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException($"The tokenizer in {origin} is not the JSON that it should be: {exception.Message} Is the file whole?", exception);
        }
    }

    public static Dictionary<string, int> ReadVocabulary(JsonElement vocabulary) =>
        vocabulary.EnumerateObject().ToDictionary(token => token.Name, token => token.Value.GetInt32());
}
