using Nulls.Sources;

namespace Nulls.Text;

/// <summary>What one reading of a corpus tells: how many documents and sources there are, and digests by which the same corpus is known again.</summary>
/// <param name="Documents">The documents that have a text.</param>
/// <param name="General">Those of them without a source.</param>
/// <param name="WithoutText">The documents that have no text, which are left out.</param>
/// <param name="Segments">The runs of documents that are stored together.</param>
internal sealed record CorpusScan(long Documents, long General, long WithoutText, IReadOnlyList<SegmentPlan> Segments)
{
    // Of English, 32 MB; tokenized in a second or so, which is what a killed build loses.
    private const long CharactersPerSegment = 1 << 25;
    private const int DocumentsPerSegment = 1 << 20;

    /// <summary>Reads a corpus to its end.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <param name="sources">New sources are added.</param>
    /// <param name="words">Counts the texts' words, where a tokenizer is trained on them.</param>
    /// <param name="charactersPerSegment">How many characters fill a segment.</param>
    /// <param name="cancellationToken">Stops the reading between two documents.</param>
    public static CorpusScan Read(
        IEnumerable<Document> corpus, SourceRegistry sources, WordCounts? words, CancellationToken cancellationToken, long charactersPerSegment = CharactersPerSegment)
    {
        using var digest = new CorpusDigest();
        var segments = new List<SegmentPlan>();
        var (documents, general, withoutText, characters, inSegment) = (0L, 0L, 0L, 0L, 0);
        foreach (var document in corpus)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (string.IsNullOrEmpty(document.Text))
            {
                withoutText++;
                continue;
            }

            if (string.IsNullOrEmpty(document.Source))
                general++;
            else
                sources.GetOrAdd(document.Source);
            words?.Add(document.Text);
            digest.Add(document);
            documents++;
            inSegment++;
            characters += document.Text.Length;
            if (characters < charactersPerSegment && inSegment < DocumentsPerSegment)
                continue;

            segments.Add(new SegmentPlan(inSegment, digest.Take()));
            (characters, inSegment) = (0, 0);
        }

        if (inSegment > 0)
            segments.Add(new SegmentPlan(inSegment, digest.Take()));
        return new CorpusScan(documents, general, withoutText, segments);
    }
}
