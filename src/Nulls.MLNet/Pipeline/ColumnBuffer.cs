using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Pipeline;

/// <summary>The values of one column that passes through, for the rows of a batch: the input has moved on when they are served.</summary>
internal abstract class ColumnBuffer
{
    /// <summary>Keeps the value of the input's current row.</summary>
    public abstract void Keep(int row);

    /// <summary>Returns a <see cref="ValueGetter{TValue}"/> that serves the kept value of a row.</summary>
    public abstract Delegate CreateGetter(Func<int> row);

    public static ColumnBuffer Create(DataViewRow input, DataViewSchema.Column column, int capacity)
    {
        var type = column.Type is VectorDataViewType vector
            ? typeof(VectorBuffer<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(ScalarBuffer<>).MakeGenericType(column.Type.RawType);
        return (ColumnBuffer)Activator.CreateInstance(type, input, column, capacity)!; // Null only for Nullable<T>.
    }

    private sealed class ScalarBuffer<T>(DataViewRow input, DataViewSchema.Column column, int capacity) : ColumnBuffer
    {
        private readonly ValueGetter<T> _input = input.GetGetter<T>(column);
        private readonly T[] _values = new T[capacity];

        public override void Keep(int row) => _input(ref _values[row]);

        public override Delegate CreateGetter(Func<int> row) => (ValueGetter<T>)((ref T value) => value = _values[row()]);
    }

    private sealed class VectorBuffer<T>(DataViewRow input, DataViewSchema.Column column, int capacity) : ColumnBuffer
    {
        private readonly ValueGetter<VBuffer<T>> _input = input.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

        public override void Keep(int row) => _input(ref _values[row]);

        // Whoever reads the vector may write to it, so it gets a copy.
        public override Delegate CreateGetter(Func<int> row) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[row()].CopyTo(ref value));
    }
}
