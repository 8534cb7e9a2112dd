namespace Nulls.MLNet.Parquet;

/// <summary>Which columns of Parquet files are read, and what they are called in the data view.</summary>
/// <remarks>The defaults fit the files of <c>wikimedia/wikipedia</c>, whose columns are id, url, title and text.</remarks>
public sealed record ParquetColumns
{
    /// <summary>Gets the files' column of texts, a document a row. The default is <c>text</c>.</summary>
    public string Text { get; init; } = "text";

    /// <summary>Gets the files' column of who contributed each text. The default is <c>title</c>; null reads none, and every source is empty: the general stream.</summary>
    public string? Source { get; init; } = "title";

    /// <summary>Gets the data view's name of the texts. The default is <c>Text</c>.</summary>
    public string TextName { get; init; } = "Text";

    /// <summary>Gets the data view's name of the sources. The default is <c>Source</c>.</summary>
    public string SourceName { get; init; } = "Source";

    /// <summary>Checks every name.</summary>
    /// <exception cref="ArgumentException">A name is empty, or both columns of the data view have the same.</exception>
    public void Validate()
    {
        foreach (var (name, value) in new[] { (nameof(Text), Text), (nameof(Source), Source ?? "none"), (nameof(TextName), TextName), (nameof(SourceName), SourceName) })
        {
            if (string.IsNullOrWhiteSpace(value))
                throw new ArgumentException($"{name} is empty. Name a column.", name);
        }

        if (TextName == SourceName)
            throw new ArgumentException($"TextName and SourceName are both '{TextName}', but a data view needs two names. Change one.", nameof(SourceName));
    }
}
