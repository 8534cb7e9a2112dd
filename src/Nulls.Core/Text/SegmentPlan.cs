namespace Nulls.Text;

/// <summary>A run of a corpus's documents that are stored together.</summary>
/// <param name="Documents">How many documents, at least 1.</param>
/// <param name="Digest">The <see cref="CorpusDigest"/> of them.</param>
internal sealed record SegmentPlan(int Documents, string Digest);
