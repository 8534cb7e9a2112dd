using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Parquet;

/// <summary>Documents of Parquet files as rows of two columns of text.</summary>
internal sealed class ParquetDataView : IDataView
{
    private readonly IReadOnlyList<ParquetDocuments> _files;

    public ParquetDataView(IReadOnlyList<ParquetDocuments> files, ParquetColumns columns)
    {
        _files = files;
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(columns.TextName, TextDataViewType.Instance);
        builder.AddColumn(columns.SourceName, TextDataViewType.Instance);
        Schema = builder.ToSchema();
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    public long? GetRowCount() => _files.Sum(file => file.RowCount);

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = new bool[Schema.Count];
        foreach (var column in columnsNeeded)
            active[column.Index] = true;
        return new Cursor(this, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(ParquetDataView view, bool[] active) : DataViewRowCursor
    {
        private readonly IEnumerator<(string?[], string?[])> _groups = view._files.SelectMany(file => file.Read(active[0], active[1])).GetEnumerator();
        // By column: texts, then sources.
        private string?[][] _values = [[], []];
        private int _row = -1;
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override bool MoveNext()
        {
            _row++;
            while (_row == _values[0].Length)
            {
                if (!_groups.MoveNext())
                {
                    Dispose();
                    return false;
                }

                _values = [_groups.Current.Item1, _groups.Current.Item2];
                _row = 0;
            }

            _position++;
            return true;
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!active[column.Index])
                throw new ArgumentOutOfRangeException(nameof(column), column.Name, "The column was not asked for when the cursor was opened.");

            ValueGetter<ReadOnlyMemory<char>> getter = (ref ReadOnlyMemory<char> value) => value = Value(column.Index).AsMemory();
            return getter as ValueGetter<TValue>
                ?? throw new ArgumentException($"The column '{column.Name}' holds text, so its type is ReadOnlyMemory<char>, not {typeof(TValue).Name}.");
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)_position, 0);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _groups.Dispose();
                _values = [[], []];
                (_row, _position) = (-1, -1);
            }

            base.Dispose(disposing);
        }

        private string? Value(int column) => _row >= 0
            ? _values[column][_row]
            : throw new InvalidOperationException("The cursor stands on no row: call MoveNext first, and read no value after it returned false.");
    }
}
