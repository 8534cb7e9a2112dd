namespace Nulls.Reports;

/// <summary>What a metric is.</summary>
/// <param name="Name">The metric, or the first words of the names of several.</param>
/// <param name="Title">What it is called in a heading.</param>
/// <param name="Meaning">What it measures, as a sentence, and which way is which.</param>
/// <param name="Source">Where it is defined; empty for what needs no source.</param>
internal sealed record Definition(string Name, string Title, string Meaning, string Source = "")
{
    /// <summary>Gets the address of a source that is a preprint.</summary>
    public string? Link => Source.StartsWith("arXiv:", StringComparison.Ordinal) ? $"https://arxiv.org/abs/{Source["arXiv:".Length..].Split([' ', ','])[0]}" : null;
}
