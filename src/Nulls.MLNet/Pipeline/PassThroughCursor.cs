using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Pipeline;

/// <summary>A cursor over the input's columns alone, under the output's schema: nothing is computed, so nothing is read ahead.</summary>
internal sealed class PassThroughCursor(RowBinding binding, DataViewRowCursor input, bool[] isActive) : DataViewRowCursor
{
    public override DataViewSchema Schema => binding.OutputSchema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < isActive.Length && isActive[column.Index];

    public override bool MoveNext() => input.MoveNext();

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        RowBinding.RequireActive(isActive, column);
        return input.GetGetter<TValue>(binding.InputSchema[column.Index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
