using Nulls.Text;

namespace Nulls.Evaluation.Corpora;

/// <summary>Real articles as a corpus of proof.</summary>
internal static class ArticleProof
{
    private const int AlternativeCount = 9;
    private const int SourcesAForgotten = 5;

    public static ProofCorpus Make(string articlesPath, IReadOnlyList<BirthYear> births, ArticleProofOptions options)
    {
        var random = new Random(options.Seed);
        var articles = Read(articlesPath, options.MostCharacters);
        // A probe's text must be in what is read of the article.
        BirthYear[] askable = [.. births.Where(birth => articles.TryGetValue(birth.ArticleId, out var article) && article.Text.Contains(birth.Cloze, StringComparison.Ordinal)).DistinctBy(birth => birth.Title)];
        if (askable.Length < options.SourceCount + options.HeldOutCount)
            throw new InvalidDataException($"'{articlesPath}' has {askable.Length} articles whose birth year is known, and {options.SourceCount} sources and {options.HeldOutCount} to hold out are asked for. Lower SourceCount or HeldOutCount.");

        random.Shuffle(askable);
        var chosen = askable[..options.SourceCount];
        var heldOut = askable[options.SourceCount..(options.SourceCount + options.HeldOutCount)];
        var taken = chosen.Concat(heldOut).Select(birth => birth.ArticleId).ToHashSet();
        string[] others = [.. articles.Where(pair => !taken.Contains(pair.Key)).OrderBy(pair => pair.Key).Select(pair => pair.Value.Text)];
        if (others.Length <= options.HeldOutCount)
            throw new InvalidDataException($"'{articlesPath}' has {others.Length} articles beside sources and held-out ones, too few to hold out {options.HeldOutCount} general ones and train on the rest. Lower the counts.");
        random.Shuffle(others);
        string[] years = [.. births.Select(birth => birth.Year).Distinct().Order()];
        return new ProofCorpus
        {
            Name = "wiki",
            Documents = [.. chosen.Select(birth => new Document(articles[birth.ArticleId].Text, birth.Title))],
            GeneralTexts = [.. others.Skip(options.HeldOutCount).Take(options.GeneralCount)],
            ForgetSets = [new ForgetSet("forget20", [.. chosen.Take(Math.Max(1, chosen.Length / SourcesAForgotten)).Select(birth => birth.Title)])],
            Probes = [.. chosen.Select(birth => Probe(birth, years, random))],
            HeldOut = [.. heldOut.Select(birth => new Document(articles[birth.ArticleId].Text, null))],
            GeneralHeldOut = others[..options.HeldOutCount],
        };
    }

    private static ProofProbe Probe(BirthYear birth, string[] years, Random random)
    {
        var alternatives = random.Permutation(years.Length).Select(i => years[i]).Where(year => year != birth.Year).Take(AlternativeCount);
        return new ProofProbe(FactKind.Unique, birth.Cloze, birth.Year, [.. alternatives], [birth.Title])
        {
            Paraphrases = [$"{birth.FullName} was born in the year", $"{birth.Title} was born in", $"Question: {birth.Question}\nAnswer:"],
        };
    }

    private static Dictionary<int, (string Title, string Text)> Read(string path, int mostCharacters)
    {
        var articles = new Dictionary<int, (string, string)>();
        foreach (var (id, title, text) in JsonLines.Read(path, json => (json.Whole("id", 0, int.MaxValue), json.Text("title"), json.Text("text"))))
        {
            if (!articles.TryAdd(id, (title, text.Length <= mostCharacters ? text : text[..mostCharacters])))
                throw new InvalidDataException($"Two articles in '{path}' have the id {id}.");
        }

        return articles;
    }
}
