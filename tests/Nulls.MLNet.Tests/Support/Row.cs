namespace Nulls.MLNet.Tests.Support;

/// <summary>A row of a corpus.</summary>
internal sealed class Row
{
    public string Text { get; set; } = "";
    public string? Source { get; set; } = "";
}
