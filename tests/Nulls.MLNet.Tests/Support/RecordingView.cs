using Microsoft.ML;

namespace Nulls.MLNet.Tests.Support;

/// <summary>Data that remembers which columns each cursor over it was asked for, and how many rows were read.</summary>
internal sealed class RecordingView(IDataView source) : IDataView
{
    public List<string[]> Opened { get; } = [];

    public int RowsRead { get; private set; }

    public DataViewSchema Schema => source.Schema;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        Opened.Add([.. columnsNeeded.Select(column => column.Name).Order()]);
        return new Cursor(this, source.GetRowCursor(columnsNeeded, rand));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(RecordingView view, DataViewRowCursor source) : DataViewRowCursor
    {
        public override long Position => source.Position;
        public override long Batch => source.Batch;
        public override DataViewSchema Schema => source.Schema;
        public override bool IsColumnActive(DataViewSchema.Column column) => source.IsColumnActive(column);
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => source.GetGetter<TValue>(column);
        public override ValueGetter<Microsoft.ML.Data.DataViewRowId> GetIdGetter() => source.GetIdGetter();

        public override bool MoveNext()
        {
            if (!source.MoveNext())
                return false;
            view.RowsRead++;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            source.Dispose();
            base.Dispose(disposing);
        }
    }
}
