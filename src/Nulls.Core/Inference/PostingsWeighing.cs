namespace Nulls.Inference;

/// <summary>Gives fresh lists of postings what needs all of them: the norm of each source and, with it, the greatest impact of each long list.</summary>
internal static class PostingsWeighing
{
    /// <param name="indexedCount">The number of sources that the frequencies count.</param>
    /// <param name="sourceCount">One more than the greatest index of a source.</param>
    /// <param name="chunks">The lists; their greatest impacts are filled in.</param>
    /// <exception cref="InvalidDataException">The lists do not fit each other.</exception>
    public static Postings Weigh(int indexedCount, int sourceCount, IReadOnlyList<byte[]> chunks)
    {
        // Makes sure of the lists before they are used.
        var postings = new Postings(indexedCount, chunks, new float[sourceCount]);
        var squares = new double[sourceCount];
        ForEachBlock(chunks, (list, sources, counts) =>
        {
            var inverseFrequency = TermWeight.InverseFrequency(indexedCount, list.Frequency);
            for (var i = 0; i < sources.Length; i++)
            {
                var weight = TermWeight.LogOccurrences(counts[i]) * inverseFrequency;
                squares[sources[i]] += weight * weight;
            }
        });

        var inverseNorms = postings.InverseNorms;
        for (var source = 0; source < sourceCount; source++)
            inverseNorms[source] = squares[source] > 0 ? (float)(1 / Math.Sqrt(squares[source])) : 0;

        var (term, greatest) = (0UL, 0f);
        ForEachBlock(chunks, (list, sources, counts) =>
        {
            if (list.BlockCount == 1)
                return;
            if (list.Term != term)
                (term, greatest) = (list.Term, 0f);
            for (var i = 0; i < sources.Length; i++)
                greatest = Math.Max(greatest, TermWeight.LogOccurrences(counts[i]) * inverseNorms[sources[i]]);
            list.SetGreatestImpact(greatest);
        });
        return postings;
    }

    private static void ForEachBlock(IReadOnlyList<byte[]> chunks, BlockAction act)
    {
        Span<int> sources = stackalloc int[PostingList.BlockLength];
        Span<ushort> counts = stackalloc ushort[PostingList.BlockLength];
        foreach (var chunk in chunks)
        {
            foreach (var list in Postings.Lists(chunk))
            {
                for (var block = 0; block < list.BlockCount; block++)
                {
                    var length = list.Read(block, sources, counts);
                    act(list, sources[..length], counts[..length]);
                }
            }
        }
    }

    private delegate void BlockAction(PostingList list, ReadOnlySpan<int> sources, ReadOnlySpan<ushort> counts);
}
