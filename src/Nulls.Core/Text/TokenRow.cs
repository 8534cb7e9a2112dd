namespace Nulls.Text;

/// <summary>Pieces that share one row of a batch. They never see each other.</summary>
/// <param name="Pieces">The pieces, side by side, at least one.</param>
internal sealed record TokenRow(IReadOnlyList<TokenPiece> Pieces);
