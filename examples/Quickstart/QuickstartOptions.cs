namespace Nulls.Examples;

/// <summary>What the command line asks for.</summary>
/// <param name="Corpus">A file of real articles, or null for the fictional encyclopedia.</param>
/// <param name="Sources">How many of the file's articles are sources; the others are general text.</param>
/// <param name="General">A file of more general text, or null.</param>
/// <param name="Out">The folder for the model and the report.</param>
/// <param name="IsSmall">Whether the run is the small one, of a minute.</param>
/// <param name="Seed">What everything random is drawn by.</param>
internal sealed record QuickstartOptions(string? Corpus, int Sources, string? General, string Out, bool IsSmall, int Seed);
