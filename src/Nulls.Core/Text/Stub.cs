namespace Nulls.Text;
internal sealed record TokenDocument(IReadOnlyList<int[]> Sentences, int SourceIndex);
internal readonly record struct TokenPiece(ReadOnlyMemory<int> Inputs, ReadOnlyMemory<int> Targets, int SourceIndex);
internal sealed record TokenRow(IReadOnlyList<TokenPiece> Pieces);
internal sealed class DocumentCutter(int rowLength, int endOfTextId) { public IEnumerable<TokenPiece> Cut(TokenDocument d, Random r, bool shuffleSentences, bool jitter) => throw new NotSupportedException($"{rowLength}{endOfTextId}"); }
internal static class RowPacker { public static IEnumerable<TokenRow> Pack(IEnumerable<TokenPiece> p, int rowLength) => throw new NotSupportedException(); }
