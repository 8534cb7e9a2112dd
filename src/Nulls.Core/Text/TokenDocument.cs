namespace Nulls.Text;

/// <summary>A document as tokens, without special ones.</summary>
/// <param name="Sentences">The tokens, sentence by sentence where the order of the sentences is to be drawn anew; else all in one entry.</param>
/// <param name="SourceIndex">The index of the source that contributed the document; -1 when it has none.</param>
internal sealed record TokenDocument(IReadOnlyList<int[]> Sentences, int SourceIndex);
