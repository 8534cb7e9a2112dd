namespace Nulls.Training;

/// <summary>Where a stream of rows stands: the row of a pass that comes next.</summary>
/// <param name="Pass">The pass, from 0.</param>
/// <param name="Row">The row in the pass, from 0; the number of rows when the pass is used up.</param>
internal readonly record struct RowPosition(int Pass, int Row);
