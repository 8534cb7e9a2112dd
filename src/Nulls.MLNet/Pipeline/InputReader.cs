using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Pipeline;

/// <summary>Reads text and source of the row that a cursor stands on.</summary>
internal sealed class InputReader
{
    private readonly ValueGetter<ReadOnlyMemory<char>> _text;
    private readonly Func<string?> _source;

    public InputReader(DataViewRow row, DataViewSchema.Column text, DataViewSchema.Column? source)
    {
        _text = row.GetGetter<ReadOnlyMemory<char>>(text);
        _source = source is { } column ? CreateSourceReader(row, column) : static () => null;
    }

    public string ReadText()
    {
        var text = default(ReadOnlyMemory<char>);
        _text(ref text);
        return text.ToString();
    }

    /// <summary>Returns the key of the row's source, or null when it has none.</summary>
    public string? ReadSource() => _source();

    /// <summary>Makes what reads the key of a row's source: null when the row has none.</summary>
    public static Func<string?> CreateSourceReader(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is not KeyDataViewType)
            return CreateTextReader(row.GetGetter<ReadOnlyMemory<char>>(column));

        var values = InputColumns.ReadKeyValues(column);
        return Type.GetTypeCode(column.Type.RawType) switch
        {
            TypeCode.Byte => CreateKeyReader(row.GetGetter<byte>(column), values),
            TypeCode.UInt16 => CreateKeyReader(row.GetGetter<ushort>(column), values),
            TypeCode.UInt32 => CreateKeyReader(row.GetGetter<uint>(column), values),
            _ => CreateKeyReader(row.GetGetter<ulong>(column), values),
        };
    }

    private static Func<string?> CreateTextReader(ValueGetter<ReadOnlyMemory<char>> getter)
    {
        var source = default(ReadOnlyMemory<char>);
        return () =>
        {
            getter(ref source);
            return source.IsEmpty ? null : source.ToString();
        };
    }

    private static Func<string?> CreateKeyReader<T>(ValueGetter<T> getter, string[] values) where T : struct, IUnsignedNumber<T>
    {
        var key = default(T);
        return () =>
        {
            // Keys count from 1; 0 is a missing value.
            getter(ref key);
            var index = ulong.CreateChecked(key);
            return index >= 1 && index <= (ulong)values.Length && values[index - 1].Length > 0 ? values[index - 1] : null;
        };
    }
}
