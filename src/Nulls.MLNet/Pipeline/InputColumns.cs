using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Pipeline;

/// <summary>The columns that are read: found and checked before any work, with ML.NET's own sentences when they do not fit.</summary>
internal static class InputColumns
{
    private const string KeyValues = "KeyValues";
    private const string SourceTypes = "String or Key with text values";

    /// <summary>Finds text and source in the schema of data. A missing source is an error only where it is required.</summary>
    public static (DataViewSchema.Column Text, DataViewSchema.Column? Source) Find(DataViewSchema schema, ScoringSettings settings, bool isSourceRequired, string parameter)
    {
        var text = schema.GetColumnOrNull(settings.TextColumnName)
            ?? throw Missing(parameter, "text", settings.TextColumnName);
        if (text.Type is not TextDataViewType)
            throw Mismatch(parameter, "text", text.Name, "String", $"{text.Type}");

        var source = FindSource(schema, settings.SourceColumnName, parameter);
        if (source is null && isSourceRequired)
            throw Missing(parameter, "source", settings.SourceColumnName);
        return (text, source);
    }

    /// <summary>Finds the column of sources, or null.</summary>
    public static DataViewSchema.Column? FindSource(DataViewSchema schema, string name, string parameter)
    {
        var source = schema.GetColumnOrNull(name);
        if (source is { } column && column.Type is not TextDataViewType && !IsTextKey(column))
            throw Mismatch(parameter, "source", column.Name, SourceTypes, $"{column.Type}");
        return source;
    }

    /// <summary>Checks text and source in the shape of a pipeline that is not trained yet.</summary>
    public static void Check(SchemaShape shape, ScoringSettings settings, string parameter)
    {
        if (Find(shape, settings.TextColumnName) is not { } text)
            throw Missing(parameter, "text", settings.TextColumnName);
        if (!IsText(text))
            throw Mismatch(parameter, "text", text.Name, "String", Describe(text));

        if (Find(shape, settings.SourceColumnName) is not { } source)
            throw Missing(parameter, "source", settings.SourceColumnName);
        var isTextKey = source.IsKey && source.Kind == SchemaShape.Column.VectorKind.Scalar
            && Find(source.Annotations, KeyValues) is { ItemType: TextDataViewType, Kind: not SchemaShape.Column.VectorKind.Scalar };
        if (!IsText(source) && !isTextKey)
            throw Mismatch(parameter, "source", source.Name, SourceTypes, Describe(source));
    }

    /// <summary>Returns the texts of a key's values; the key k has the text at k - 1.</summary>
    public static string[] ReadKeyValues(DataViewSchema.Column column)
    {
        var values = default(VBuffer<ReadOnlyMemory<char>>);
        column.Annotations.GetValue(KeyValues, ref values);
        return [.. values.DenseValues().Select(value => value.ToString())];
    }

    private static bool IsTextKey(DataViewSchema.Column column) =>
        column.Type is KeyDataViewType key
        && column.Annotations.Schema.GetColumnOrNull(KeyValues)?.Type is VectorDataViewType { ItemType: TextDataViewType } values
        && (ulong)values.Size == key.Count;

    private static SchemaShape.Column? Find(SchemaShape shape, string name)
    {
        foreach (var column in shape)
        {
            if (column.Name == name)
                return column;
        }

        return null;
    }

    private static bool IsText(SchemaShape.Column column) =>
        column is { ItemType: TextDataViewType, Kind: SchemaShape.Column.VectorKind.Scalar, IsKey: false };

    private static string Describe(SchemaShape.Column column)
    {
        var item = column.IsKey ? $"Key<{column.ItemType}>" : $"{column.ItemType}";
        return column.Kind switch
        {
            SchemaShape.Column.VectorKind.Vector => $"Vector<{item}>",
            SchemaShape.Column.VectorKind.VariableVector => $"VarVector<{item}>",
            _ => item,
        };
    }

    public static ArgumentOutOfRangeException Missing(string parameter, string role, string name) =>
        new(parameter, $"Could not find {role} column '{name}'");

    public static ArgumentOutOfRangeException Mismatch(string parameter, string role, string name, string expected, string actual) =>
        new(parameter, $"Schema mismatch for {role} column '{name}': expected {expected}, got {actual}");
}
