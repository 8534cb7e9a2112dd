using Nulls.Evaluation;
using Nulls.Tests.Support;

namespace Nulls.Tests.Evaluation;

public class BookReaderTests
{
    [FactNeedingData("books")]
    public void The_novels_of_three_authors_are_read()
    {
        var folder = Path.Combine(RepositoryFolder.Data, "books");
        var books = BookReader.Read(folder);

        Assert.Equal([("austen", 7), ("twain", 6), ("wells", 11)], books.GroupBy(book => book.Author).Select(author => (author.Key, author.Count())).OrderBy(author => author.Key));
        Assert.StartsWith("Sir Walter Elliot, of Kellynch Hall", BookReader.Read(folder, "austen").Single(book => book.Title == "Persuasion").Text.TrimStart('\uFEFF'), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_an_authors_books_are_read_when_one_is_named()
    {
        using var folder = Small();

        Assert.Equal([new Book("b", "B", "text b")], BookReader.Read(folder.Path, "b"));
        Assert.Equal("No book in '" + folder["index.json"] + "' is by 'c'. It has books by: a, b.", Assert.Throws<InvalidDataException>(() => BookReader.Read(folder.Path, "c")).Message);
    }

    [Fact]
    public void A_missing_book_or_index_is_named()
    {
        using var folder = Small();
        File.Delete(folder["b.txt"]);

        Assert.Contains("b.txt", Assert.Throws<FileNotFoundException>(() => BookReader.Read(folder.Path)).Message);
        File.Delete(folder["index.json"]);
        Assert.Contains("index.json", Assert.Throws<FileNotFoundException>(() => BookReader.Read(folder.Path)).Message);
    }

    [Theory]
    [InlineData("""[{"file": "../a.txt", "author": "a", "title": "A"}]""", "outside its folder")]
    [InlineData("""[{"file": "a.txt", "author": "a"}]""", "'title' is missing")]
    [InlineData("""[{"file": "empty.txt", "author": "a", "title": "A"}]""", "is empty")]
    [InlineData("""{}""", "not what it should be")]
    [InlineData("""[""", "not what it should be")]
    public void A_bad_index_is_refused_with_what_is_wrong(string index, string message)
    {
        using var folder = Small();
        File.WriteAllText(folder["empty.txt"], "");
        File.WriteAllText(folder["index.json"], index);

        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => BookReader.Read(folder.Path)).Message);
    }

    private static TemporaryFolder Small()
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(folder["index.json"], """[{"file": "a.txt", "author": "a", "title": "A", "words": 2}, {"file": "b.txt", "author": "b", "title": "B"}]""");
        File.WriteAllText(folder["a.txt"], "text a");
        File.WriteAllText(folder["b.txt"], "text b");
        return folder;
    }
}
