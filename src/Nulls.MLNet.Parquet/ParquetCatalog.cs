using Nulls.MLNet.Parquet;

namespace Microsoft.ML;

/// <summary>Parquet files as an ML.NET data view.</summary>
public static class ParquetCatalog
{
    /// <summary>Returns a view of the documents in Parquet files. Each reading streams, and holds the wanted columns of one row group.</summary>
    /// <param name="catalog">The catalog of a context.</param>
    /// <param name="path">A file; a folder, of which all <c>*.parquet</c> files are read; or a path whose file name has the wildcards <c>*</c> or <c>?</c>. Files are read in the ordinal order of their paths.</param>
    /// <param name="columns">Which columns; null, the default, takes those of <c>wikimedia/wikipedia</c>: text and title.</param>
    /// <returns>The view, with two columns of text. Missing values are empty. It can be read any number of times, and gives the same rows as long as the files do not change.</returns>
    /// <exception cref="ArgumentException">The columns' names are not valid.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A file is no Parquet file, is truncated, or lacks a column or has it in another type. Only the ends of files are read to see this.</exception>
    /// <example>
    /// <code>
    /// IDataView corpus = ml.Data.LoadFromParquet("wikipedia/20231101.en/*.parquet");
    /// using var model = ml.Nulls(new NullsOptions { WorkFolder = "work" }).Fit(corpus);
    /// </code>
    /// </example>
    public static IDataView LoadFromParquet(this DataOperationsCatalog catalog, string path, ParquetColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        columns ??= new ParquetColumns();
        columns.Validate();
        return new ParquetDataView(ParquetDocuments.Find(path, columns), columns);
    }
}
