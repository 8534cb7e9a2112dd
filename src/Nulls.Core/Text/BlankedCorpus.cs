namespace Nulls.Text;

/// <summary>A corpus in which some sources say nothing: their documents keep number and length, and every token is the same.</summary>
/// <param name="corpus">The corpus.</param>
/// <param name="blanked">The indices of the sources that say nothing.</param>
/// <param name="blank">The token that stands for all of theirs.</param>
internal sealed class BlankedCorpus(ITokenCorpus corpus, IReadOnlySet<int> blanked, int blank) : ITokenCorpus
{
    public int Count => corpus.Count;

    public int SourceOf(int document) => corpus.SourceOf(document);

    public int TokenCount(int document) => corpus.TokenCount(document);

    public int[] SentenceLengths(int document) => corpus.SentenceLengths(document);

    public void Read(int document, int start, Span<int> tokens)
    {
        if (blanked.Contains(corpus.SourceOf(document)))
            tokens.Fill(blank);
        else
            corpus.Read(document, start, tokens);
    }
}
