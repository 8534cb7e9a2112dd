namespace Nulls.Text;

/// <summary>Where a piece of a document lies, without its tokens. Targets are counted over the document's sentences in the order of the pass; the last one is the end of text.</summary>
/// <param name="Document">The document's number.</param>
/// <param name="Start">The piece's first target.</param>
/// <param name="Length">The number of targets, at least 1.</param>
/// <param name="StartsWithEndOfText">Whether its first input is the end of text, as at the start of a document; else it is the token before the first target.</param>
internal readonly record struct PieceSpan(int Document, int Start, int Length, bool StartsWithEndOfText);
