using Nulls.Storage;

namespace Nulls.Text;

/// <summary>A corpus as tokens on disk, mapped into memory as it is read. Memory does not grow with the corpus.</summary>
/// <remarks>Not for several threads.</remarks>
internal sealed class TokenStore : IDisposable
{
    // The tables of three million documents, which are looked up at random; tokens are seldom read twice.
    private const int MebibytesOfTables = 48;
    private const int MebibytesOfTokens = 16;

    private readonly MappedFiles _tables = new(MebibytesOfTables);
    private readonly MappedFiles _tokens = new(MebibytesOfTokens);

    private TokenStore(IReadOnlyList<Segment> segments)
    {
        WithoutTokens = segments.Sum(segment => segment.WithoutTokens);
        TokenCount = segments.Sum(segment => segment.TokenCount);
        int[] tokens = [.. segments.Select(segment => _tokens.Add(segment.Path, SegmentFormat.HeaderBytes, segment.TokensLength))];
        int[] sentences = [.. segments.Select(segment => _tables.Add(segment.Path, segment.SentencesOffset, segment.SentenceCount * sizeof(uint)))];
        Corpora = new TokenCorpora(
            new SegmentedCorpus(segments, _tokens, tokens, _tables, sentences, segment => (segment.SourcesOffset, segment.SourcesCount)),
            new SegmentedCorpus(segments, _tokens, tokens, _tables, sentences, segment => (segment.GeneralOffset, segment.GeneralCount)));
    }

    /// <summary>Gets the documents. Disposed with the store.</summary>
    public TokenCorpora Corpora { get; }

    /// <summary>Gets the number of documents that have a text but no tokens, which are left out.</summary>
    public long WithoutTokens { get; }

    /// <summary>Gets the number of all tokens.</summary>
    public long TokenCount { get; }

    /// <summary>Opens a store that is built. Every byte is read once, to check it.</summary>
    /// <exception cref="InvalidDataException">The store is not whole, or damaged.</exception>
    public static TokenStore Open(string folder, TokenStoreManifest manifest)
    {
        var segments = manifest.Corpus.Segments.Select((plan, number) =>
        {
            var path = SegmentPath(folder, number);
            if (!File.Exists(path))
                throw new InvalidDataException($"The token store '{folder}' is not whole: '{Path.GetFileName(path)}' is missing. Train again with the same corpus to finish it.");
            var segment = SegmentFormat.Open(path, checksDigest: true);
            return segment.Kind == manifest.Kind && segment.Documents == plan.Digest
                ? segment
                : throw new InvalidDataException($"'{path}' belongs to another token store. Delete it, and it is made again.");
        });
        return new TokenStore([.. segments]);
    }

    /// <summary>Returns the file of a segment.</summary>
    public static string SegmentPath(string folder, int number) => Path.Combine(folder, $"segment-{number:d6}.tokens");

    public void Dispose()
    {
        _tables.Dispose();
        _tokens.Dispose();
    }
}
