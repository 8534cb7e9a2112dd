namespace Nulls.Text;

/// <summary>Documents as tokens, read by number: lengths and sources without touching a token, tokens a part at a time.</summary>
/// <remarks>Every document has a token. Not for several threads.</remarks>
internal interface ITokenCorpus
{
    /// <summary>Gets the number of documents, which are numbered from 0.</summary>
    int Count { get; }

    /// <summary>Returns the index of the source that contributed a document; -1 when it has none.</summary>
    int SourceOf(int document);

    /// <summary>Returns the number of tokens of a document, at least 1.</summary>
    int TokenCount(int document);

    /// <summary>Returns the number of tokens of each sentence of a document, none of them 0; a document that is not split is one sentence.</summary>
    int[] SentenceLengths(int document);

    /// <summary>Reads some of a document's tokens.</summary>
    /// <param name="document">The document's number.</param>
    /// <param name="start">The first token to read, counted over all sentences.</param>
    /// <param name="tokens">Filled; no longer than what is left of the document.</param>
    void Read(int document, int start, Span<int> tokens);
}
