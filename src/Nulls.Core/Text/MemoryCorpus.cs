namespace Nulls.Text;

/// <summary>Documents as tokens, in memory.</summary>
internal sealed class MemoryCorpus : ITokenCorpus
{
    private readonly TokenDocument[] _documents;

    /// <summary>Takes documents; sentences and documents without tokens are left out.</summary>
    public MemoryCorpus(IEnumerable<TokenDocument> documents) => _documents =
        [.. documents.Select(document => document with { Sentences = [.. document.Sentences.Where(sentence => sentence.Length > 0)] }).Where(document => document.Sentences.Count > 0)];

    public int Count => _documents.Length;

    public int SourceOf(int document) => _documents[document].SourceIndex;

    public int TokenCount(int document) => _documents[document].Sentences.Sum(sentence => sentence.Length);

    public int[] SentenceLengths(int document) => [.. _documents[document].Sentences.Select(sentence => sentence.Length)];

    public void Read(int document, int start, Span<int> tokens)
    {
        foreach (var sentence in _documents[document].Sentences)
        {
            if (tokens.IsEmpty)
                return;
            var read = Math.Clamp(sentence.Length - start, 0, tokens.Length);
            sentence.AsSpan(Math.Min(start, sentence.Length), read).CopyTo(tokens);
            tokens = tokens[read..];
            start = Math.Max(start - sentence.Length, 0);
        }
    }
}
