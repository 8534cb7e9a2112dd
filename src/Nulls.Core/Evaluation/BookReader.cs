using System.Text.Json;

namespace Nulls.Evaluation;

/// <summary>Reads a folder of books: <c>index.json</c>, a list of objects with <c>file</c>, <c>author</c> and <c>title</c>, and the files that it names, in UTF-8.</summary>
public static class BookReader
{
    /// <summary>Reads the books, in the index's order.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="author">The author whose books are read; null, the default, for all.</param>
    /// <exception cref="FileNotFoundException">The index or a book is missing.</exception>
    /// <exception cref="InvalidDataException">The index is not what it should be, a book is empty or outside the folder, or nothing is by the author.</exception>
    public static IReadOnlyList<Book> Read(string folder, string? author = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var index = Path.Combine(folder, "index.json");
        if (!File.Exists(index))
            throw new FileNotFoundException($"There is no file '{index}'.", index);

        var entries = Entries(index);
        var chosen = entries.Where(entry => author is null || entry.Author == author).ToArray();
        if (chosen.Length == 0)
        {
            var authors = string.Join(", ", entries.Select(entry => entry.Author).Distinct());
            throw new InvalidDataException($"No book in '{index}' is by '{author}'. It has books by: {authors}.");
        }

        return [.. chosen.Select(entry => new Book(entry.Author, entry.Title, TextOf(folder, entry.File)))];
    }

    private static (string File, string Author, string Title)[] Entries(string index)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(index));
            return [.. json.RootElement.EnumerateArray().Select(entry => (entry.Text("file"), entry.Text("author"), entry.Text("title")))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or InvalidDataException)
        {
            throw new InvalidDataException($"The index of books '{index}' is not what it should be: {exception.Message}", exception);
        }
    }

    private static string TextOf(string folder, string file)
    {
        var root = Path.GetFullPath(folder);
        var path = Path.GetFullPath(Path.Combine(root, file));
        if (!path.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new InvalidDataException($"The index of books names '{file}', which is outside its folder '{folder}'.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}', which the index of books names.", path);
        var text = File.ReadAllText(path);
        return text.Length > 0 ? text : throw new InvalidDataException($"The book '{path}' is empty.");
    }
}
