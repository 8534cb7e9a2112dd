using Parquet;
using Parquet.Schema;

namespace Nulls.MLNet.Parquet;

/// <summary>One Parquet file of documents, read a row group at a time.</summary>
internal sealed class ParquetDocuments
{
    private readonly string _path;
    private readonly ParquetColumns _columns;

    private ParquetDocuments(string path, ParquetColumns columns)
    {
        _path = path;
        _columns = columns;
        using var file = new OpenFile(path);
        FindField(file.Reader, columns.Text);
        if (columns.Source is { } source)
            FindField(file.Reader, source);
        RowCount = Enumerable.Range(0, file.Reader.RowGroupCount).Sum(group => file.Reader.OpenRowGroupReader(group).RowCount);
    }

    /// <summary>Gets the number of rows of all row groups.</summary>
    public long RowCount { get; }

    /// <summary>Finds and checks the files of a path.</summary>
    public static IReadOnlyList<ParquetDocuments> Find(string path, ParquetColumns columns)
    {
        var name = Path.GetFileName(path);
        var isPattern = name.AsSpan().ContainsAny('*', '?');
        var folder = Directory.Exists(path) ? path : isPattern ? Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : "." : null;
        if (folder is null)
            return File.Exists(path) ? [new ParquetDocuments(path, columns)] : throw new FileNotFoundException($"The Parquet file '{path}' does not exist. Check the path.", path);

        var paths = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, isPattern ? name : "*.parquet").Order(StringComparer.Ordinal).ToArray() : [];
        return paths.Length > 0
            ? [.. paths.Select(file => new ParquetDocuments(file, columns))]
            : throw new FileNotFoundException($"No file fits '{path}'{(isPattern ? "" : ", a folder without *.parquet files")}. Check the path.", path);
    }

    /// <summary>Reads the wanted columns of one row group after another; a column that is not wanted is empty.</summary>
    public IEnumerable<(string?[] Texts, string?[] Sources)> Read(bool wantsTexts, bool wantsSources)
    {
        using var file = new OpenFile(_path);
        var text = FindField(file.Reader, _columns.Text);
        var source = _columns.Source is { } name ? FindField(file.Reader, name) : null;
        for (var group = 0; group < file.Reader.RowGroupCount; group++)
        {
            var rows = file.Reader.OpenRowGroupReader(group);
            var empty = new string?[rows.RowCount];
            yield return (wantsTexts ? ReadColumn(rows, text, group) : empty, wantsSources && source is not null ? ReadColumn(rows, source, group) : empty);
        }
    }

    private string?[] ReadColumn(ParquetRowGroupReader rows, DataField field, int group)
    {
        var values = new string?[rows.RowCount];
        try
        {
            // The library waits for nothing but the file, which is local.
            rows.ReadAsync(field, values.AsMemory()!).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception cause) when (cause is not OutOfMemoryException)
        {
            throw new InvalidDataException($"Row group {group} of '{_path}' is damaged: its column '{field.Name}' cannot be read ({cause.Message.TrimEnd('.')}). Get the file again.", cause);
        }

        return values;
    }

    private DataField FindField(ParquetReader reader, string name)
    {
        var fields = reader.Schema.GetDataFields();
        var field = Array.Find(fields, field => field.Path.ToString() == name)
            ?? throw new InvalidDataException($"'{_path}' has no column '{name}'; it has {string.Join(", ", fields.Select(field => $"'{field.Path}'"))}. Name the column in ParquetColumns.");
        return field.ClrType == typeof(ReadOnlyMemory<char>) && !field.IsArray
            ? field
            : throw new InvalidDataException($"Schema mismatch for column '{name}' in '{_path}': expected String, got {(field.IsArray ? "a list of " : "")}{field.ClrType.Name}. Name another column in ParquetColumns.");
    }

    private sealed class OpenFile : IDisposable
    {
        public OpenFile(string path)
        {
            try
            {
                Reader = ParquetReader.CreateAsync(path).GetAwaiter().GetResult();
            }
            catch (Exception cause) when (cause is not (OutOfMemoryException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException))
            {
                throw new InvalidDataException($"'{path}' is no Parquet file, or a truncated one: its end cannot be read ({cause.Message.TrimEnd('.')}). Get the file again.", cause);
            }
        }

        public ParquetReader Reader { get; }

        public void Dispose() => Reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
