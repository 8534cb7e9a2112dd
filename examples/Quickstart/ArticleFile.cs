using System.Text.Json;

namespace Nulls.Examples;

/// <summary>Reads articles from a file of a JSON object a line.</summary>
internal static class ArticleFile
{
    /// <summary>Reads one article after another; none is kept.</summary>
    /// <exception cref="InvalidDataException">A line is no such object, or there is none.</exception>
    public static IEnumerable<Article> Read(string path)
    {
        var (lineNumber, isEmpty) = (0, true);
        foreach (var line in File.ReadLines(path))
        {
            lineNumber++;
            if (string.IsNullOrWhiteSpace(line))
                continue;

            isEmpty = false;
            yield return Parse(line, $"line {lineNumber} of '{path}'");
        }

        if (isEmpty)
            throw new InvalidDataException($"'{path}' has no articles: a file needs one JSON object a line.");
    }

    private static Article Parse(string line, string place)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var source = Field(json.RootElement, "source") ?? Field(json.RootElement, "title");
            var text = Field(json.RootElement, "text");
            return source is not null && text is not null
                ? new Article { Source = source, Text = text }
                : throw new InvalidDataException($"An article needs the fields 'source' (or 'title') and 'text', both text and not empty; {place} has not.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"Every line must be a JSON object, but {place} is not: {exception.Message}", exception);
        }
    }

    private static string? Field(JsonElement article, string name) =>
        article.ValueKind == JsonValueKind.Object && article.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(value.GetString())
            ? value.GetString()
            : null;
}
