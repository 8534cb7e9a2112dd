namespace Nulls.Text;

/// <summary>What a file of tokens holds, and where.</summary>
/// <param name="Path">The file.</param>
/// <param name="Kind">What is the same for all files of a store.</param>
/// <param name="Documents">The <see cref="CorpusDigest"/> of the documents.</param>
/// <param name="TokenCount">The tokens.</param>
/// <param name="SentenceCount">The sentences; 0 when documents are not split.</param>
/// <param name="SourcesCount">The documents that have a source.</param>
/// <param name="GeneralCount">The documents without one.</param>
/// <param name="WithoutTokens">The documents that have no tokens, which are left out.</param>
internal sealed record Segment(string Path, SegmentKind Kind, string Documents, long TokenCount, long SentenceCount, long SourcesCount, long GeneralCount, long WithoutTokens)
{
    /// <summary>Gets the length of all tokens in bytes, without what fills up to a multiple of 4.</summary>
    public long TokensLength => TokenCount * Kind.TokenBytes;

    /// <summary>Gets where the lengths of sentences begin.</summary>
    public long SentencesOffset => SegmentFormat.HeaderBytes + (TokensLength + 3) / 4 * 4;

    /// <summary>Gets where the table of documents with a source begins.</summary>
    public long SourcesOffset => SentencesOffset + SentenceCount * sizeof(uint);

    /// <summary>Gets where the table of documents without a source begins.</summary>
    public long GeneralOffset => SourcesOffset + SourcesCount * SegmentFormat.EntryBytes;
}
