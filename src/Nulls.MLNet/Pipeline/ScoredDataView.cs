using Microsoft.ML;

namespace Nulls.MLNet.Pipeline;

/// <summary>Data with its scores, computed as they are read. Every enumeration scores again; cache the view to score once.</summary>
internal sealed class ScoredDataView(NullsTransformer model, RowBinding binding, IDataView source) : IDataView
{
    public DataViewSchema Schema => binding.OutputSchema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var isActive = binding.Select(columnsNeeded);
        var input = source.GetRowCursor(binding.GetDependencies(isActive), rand);
        return binding.HasOutput(isActive) ? new ScoredCursor(model, binding, input, isActive) : new PassThroughCursor(binding, input, isActive);
    }

    // Several cursors would only queue smaller batches for the same device.
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
