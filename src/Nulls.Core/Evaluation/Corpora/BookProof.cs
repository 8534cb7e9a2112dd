using System.Text;
using Nulls.Text;

namespace Nulls.Evaluation.Corpora;

/// <summary>One author's books among others' as a corpus of proof.</summary>
internal static class BookProof
{
    public static ProofCorpus Make(IReadOnlyList<Book> books, string author, BookProofOptions options)
    {
        if (books.All(book => book.Author != author) || books.All(book => book.Author == author))
            throw new ArgumentException($"The topic case needs books by '{author}' and by others; these are by: {string.Join(", ", books.Select(book => book.Author).Distinct())}.", nameof(books));

        var documents = new List<Document>();
        var (general, heldOut, generalHeldOut) = (new List<string>(), new List<Document>(), new List<string>());
        foreach (var book in books)
        {
            var read = Math.Min(options.CharactersPerBook, book.Text.Length);
            var texts = Cut(book.Text[..read], options);
            if (book.Author == author)
            {
                documents.AddRange(texts.Select(text => new Document(text, author)));
                var following = Math.Min(options.CharactersPerBook, book.Text.Length - read);
                heldOut.AddRange(Cut(book.Text.Substring(read, following), options).Select(text => new Document(text, author)));
                continue;
            }

            for (var i = 0; i < texts.Count; i++)
            {
                if (i % options.PassagesAHeldOut == options.PassagesAHeldOut - 1)
                    generalHeldOut.Add(texts[i]);
                else if (i % 2 == 0)
                    documents.Add(new Document(texts[i], $"{book.Author}: {book.Title}"));
                else
                    general.Add(texts[i]);
            }
        }

        string[] own = [.. documents.Where(document => document.Source == author).Select(document => document.Text)];
        var probes = NameGaps.Make(author, own, [.. books.Where(book => book.Author == author).Select(book => book.Text)], [.. books.Where(book => book.Author != author).Select(book => book.Text)], options.MostProbes, new Random(options.Seed));
        return new ProofCorpus
        {
            Name = "books",
            Documents = documents,
            GeneralTexts = general,
            ForgetSets = [new ForgetSet(author, [author])],
            Probes = probes,
            HeldOut = heldOut,
            GeneralHeldOut = generalHeldOut,
        };
    }

    // Whole paragraphs, whose lines become one.
    private static List<string> Cut(string text, BookProofOptions options)
    {
        var passages = new List<string>();
        var passage = new StringBuilder();
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split("\n\n"))
        {
            var line = string.Join(' ', paragraph.Split((char[])[' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
            if (line.Length == 0)
                continue;
            if (passage.Length > 0)
                passage.Append('\n');
            passage.Append(line);
            if (passage.Length >= options.CharactersPerPassage)
            {
                passages.Add(passage.ToString());
                passage.Clear();
            }
        }

        if (passage.Length > 0)
            passages.Add(passage.ToString());
        return passages;
    }
}
