namespace Nulls.Text;

/// <summary>All that a model is trained on: the documents of sources, and the general stream, each numbered from 0.</summary>
/// <param name="Sources">The documents that have a source.</param>
/// <param name="General">The documents without one.</param>
internal sealed record TokenCorpora(ITokenCorpus Sources, ITokenCorpus General)
{
    /// <summary>Takes documents that are in memory; those without tokens are left out.</summary>
    public static TokenCorpora Of(IReadOnlyCollection<TokenDocument> documents) => new(
        new MemoryCorpus(documents.Where(document => document.SourceIndex >= 0)), new MemoryCorpus(documents.Where(document => document.SourceIndex < 0)));
}
