using Microsoft.ML;
using Nulls.Text;

namespace Nulls.MLNet.Pipeline;

/// <summary>Reads documents of a data view into memory.</summary>
internal static class DocumentReader
{
    /// <exception cref="ArgumentOutOfRangeException">Text or source is missing or has another type.</exception>
    public static List<Document> Read(IDataView data, ScoringSettings settings, string parameter, CancellationToken cancellationToken)
    {
        var (text, source) = InputColumns.Find(data.Schema, settings, isSourceRequired: true, parameter);
        return [.. Stream(data, text, source, cancellationToken)];
    }

    /// <summary>Reads row by row. Each enumeration is a cursor of its own, and no row is held.</summary>
    public static IEnumerable<Document> Stream(IDataView data, DataViewSchema.Column text, DataViewSchema.Column? source, CancellationToken cancellationToken)
    {
        using var cursor = data.GetRowCursor(source is { } column ? [text, column] : [text]);
        var reader = new InputReader(cursor, text, source);
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new Document(reader.ReadText(), reader.ReadSource());
        }
    }
}
