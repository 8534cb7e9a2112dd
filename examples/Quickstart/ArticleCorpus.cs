using System.Security.Cryptography;
using System.Text;

namespace Nulls.Examples;

/// <summary>The articles of a run: the first of a file are sources, the others general text, of which some are set aside.</summary>
/// <remarks>General text is read from the files each time, so that it may be larger than memory.</remarks>
internal sealed class ArticleCorpus
{
    private const int MostHeldOut = 20;
    private const int FewestGeneral = 20;

    private readonly QuickstartOptions _options;
    private readonly HashSet<string> _keys;

    /// <exception cref="InvalidDataException">A file is damaged, or there is too little general text.</exception>
    public ArticleCorpus(QuickstartOptions options)
    {
        _options = options;
        Sources = [.. ArticleFile.Read(options.Corpus!).Take(options.Sources)]; // This run has a corpus.
        _keys = [.. Sources.Select(article => article.Source)];
        var (count, heldOut) = (0, new List<Article>());
        foreach (var article in Others())
        {
            if (IsHeldOut(count))
                heldOut.Add(article);
            count++;
        }

        if (count < FewestGeneral)
        {
            throw new InvalidDataException(
                $"Beside the {Sources.Length} sources, '{options.Corpus}' has {count} articles of general text, which the backbone learns from: at least {FewestGeneral} are needed. " +
                "Lower --sources, or name a file of more text with --general.");
        }

        HeldOut = [.. heldOut];
        GeneralCount = count - heldOut.Count;
    }

    /// <summary>Gets the articles that are sources: which, is the user's choice.</summary>
    public Article[] Sources { get; }

    /// <summary>Gets the articles that are set aside, to compare with text never read.</summary>
    public Article[] HeldOut { get; }

    /// <summary>Gets the number of articles of general text.</summary>
    public int GeneralCount { get; }

    /// <summary>Reads the articles to train on; those of general text have no source.</summary>
    public IEnumerable<Article> Rows() =>
        Sources.Concat(Others().Where((_, i) => !IsHeldOut(i)).Select(article => new Article { Text = article.Text }));

    private static bool IsHeldOut(int other) => other % 10 == 0 && other / 10 < MostHeldOut;

    // What a source says must not come again as general text, nor what is set aside: the backbone would learn it. Each reading begins anew.
    private IEnumerable<Article> Others()
    {
        var (texts, titles) = (Sources.Select(article => Digest(article.Text)).ToHashSet(), new HashSet<UInt128>());
        var files = ArticleFile.Read(_options.Corpus!).Skip(_options.Sources).Concat(_options.General is null ? [] : ArticleFile.Read(_options.General));
        foreach (var article in files)
        {
            if (!_keys.Contains(article.Source) && texts.Add(Digest(article.Text)) && titles.Add(Digest(article.Source)))
                yield return article;
        }
    }

    // Millions of articles are known again by some 50 bytes each.
    private static UInt128 Digest(string text) => BitConverter.ToUInt128(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
