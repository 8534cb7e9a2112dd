namespace Nulls.Training;

/// <summary>Where a stream of rows stands.</summary>
/// <param name="Pass">The passes done.</param>
/// <param name="Row">The rows read of the pass that is under way.</param>
internal readonly record struct RowPosition(int Pass, int Row);
