namespace Nulls.Examples;

/// <summary>A row of the training data; no source means general text.</summary>
internal sealed class Article
{
    public string Text { get; set; } = "";

    public string Source { get; set; } = "";
}
