namespace Nulls.Evaluation.Corpora;

/// <summary>The corpora that come with answers: the fictional encyclopedia, TOFU, real articles and novels, each as a <see cref="ProofCorpus"/>.</summary>
public static class ProofCorpora
{
    /// <summary>Makes the fictional encyclopedia: articles on people as sources, a tenth of which is <c>forget10</c>; unique, inferred and shared facts.</summary>
    /// <remarks>Questions are asked in wordings that were never trained; indirect ones name a person only by language and tool, and only where no two sources have both.</remarks>
    /// <param name="sourceCount">The number of sources, from 20 to 1,000; 200 make the published experiment.</param>
    /// <param name="generalCount">The number of articles of no source that are trained on, 0 or more.</param>
    /// <param name="seed">What everything is drawn by.</param>
    /// <param name="heldOutCount">The number of further articles of no source that are not, and of articles like sources' that are not either; the default is 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is outside its range.</exception>
    public static ProofCorpus Encyclopedia(int sourceCount, int generalCount, int seed, int heldOutCount = 100)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(generalCount);
        ArgumentOutOfRangeException.ThrowIfNegative(heldOutCount);
        return EncyclopediaProof.Make(FictionalEncyclopedia.Create(sourceCount, generalCount + heldOutCount, seed, heldOutCount), generalCount);
    }

    /// <summary>Makes TOFU's case: authors as sources, <c>forget01</c>, <c>forget05</c> and <c>forget10</c>; questions with paraphrased and perturbed answers.</summary>
    /// <remarks>TOFU has no text of no source, which the backbone needs: pass some prose. Its holdout of further authors is held out.</remarks>
    /// <param name="tofu">The corpus.</param>
    /// <param name="generalTexts">Texts of no source; every tenth is held out, and so is every tenth author who is no source.</param>
    /// <param name="options">How many authors are sources, and how much is read of each. Null, the default, takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static ProofCorpus Tofu(TofuCorpus tofu, IReadOnlyList<string> generalTexts, TofuProofOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tofu);
        ArgumentNullException.ThrowIfNull(generalTexts);
        options ??= new TofuProofOptions();
        options.Validate();
        return TofuProof.Make(tofu, generalTexts, options);
    }

    /// <summary>Makes the case of real articles: people's articles as sources, a fifth of which is <c>forget20</c>, and the years they were born in.</summary>
    /// <remarks>
    /// That no other article states a year is likely and not known. Years of ten other people are the wrong answers, drawn by the seed.
    /// </remarks>
    /// <param name="articlesPath">Articles, a JSON object with <c>id</c>, <c>title</c> and <c>text</c> a line.</param>
    /// <param name="probesPath">Birth years: see <see cref="BirthYearReader"/>.</param>
    /// <param name="options">How many of what. Null, the default, takes the defaults.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A line is not what it should be, or there are too few articles.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static ProofCorpus Articles(string articlesPath, string probesPath, ArticleProofOptions? options = null)
    {
        options ??= new ArticleProofOptions();
        options.Validate();
        return ArticleProof.Make(articlesPath, BirthYearReader.Read(probesPath), options);
    }

    /// <summary>Makes the topic case: all books of one author are one source, every other book is another, and half of each other's passages have no source.</summary>
    /// <remarks>
    /// The one set to forget is called by the author. Questions are gaps: the author's sentences, cut before the name of one of their
    /// characters, which stands in no other author's book and not in the question. The wrong answers are nine other such names.
    /// </remarks>
    /// <param name="books">The books, of at least two authors.</param>
    /// <param name="author">The author to forget.</param>
    /// <param name="options">How much of each book. Null, the default, takes the defaults.</param>
    /// <exception cref="ArgumentException">The books are not by this author and others, or too short for a question.</exception>
    public static ProofCorpus Books(IReadOnlyList<Book> books, string author, BookProofOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(books);
        ArgumentException.ThrowIfNullOrEmpty(author);
        options ??= new BookProofOptions();
        options.Validate();
        return BookProof.Make(books, author, options);
    }
}
