namespace Nulls.Inference;

/// <summary>Which sources use which terms, and how often: the flat arrays of an inverted index.</summary>
/// <param name="IndexedCount">The number of sources that the frequencies count, those left out since included.</param>
/// <param name="SourceCount">One more than the greatest index of a source.</param>
/// <param name="Terms">The terms, ascending.</param>
/// <param name="Frequencies">In how many of the indexed sources each term occurs.</param>
/// <param name="Ends">Where each term's slice of <paramref name="Sources"/> and <paramref name="Counts"/> ends; it starts where the one before ends.</param>
/// <param name="Sources">The sources of each term, ascending.</param>
/// <param name="Counts">How often the term occurs in the source; 65,535 when more often.</param>
internal sealed record Postings(int IndexedCount, int SourceCount, ulong[] Terms, int[] Frequencies, int[] Ends, int[] Sources, ushort[] Counts)
{
    /// <summary>Gets a term's slice of <see cref="Sources"/> and <see cref="Counts"/>.</summary>
    public (int Start, int End) Range(int term) => (term == 0 ? 0 : Ends[term - 1], Ends[term]);

    /// <summary>Leaves sources out, and every term that only they use; frequencies stay.</summary>
    public Postings Without(Func<int, bool> isLeftOut)
    {
        var isKept = new bool[SourceCount];
        for (var source = 0; source < SourceCount; source++)
            isKept[source] = !isLeftOut(source);
        if (!isKept.Contains(false))
            return this;

        var terms = new List<ulong>(Terms.Length);
        var frequencies = new List<int>(Terms.Length);
        var ends = new List<int>(Terms.Length);
        var sources = new List<int>(Sources.Length);
        var counts = new List<ushort>(Sources.Length);
        for (var term = 0; term < Terms.Length; term++)
        {
            var (start, end) = Range(term);
            for (var i = start; i < end; i++)
            {
                if (!isKept[Sources[i]])
                    continue;

                sources.Add(Sources[i]);
                counts.Add(Counts[i]);
            }

            if (sources.Count == (ends.Count == 0 ? 0 : ends[^1]))
                continue;

            terms.Add(Terms[term]);
            frequencies.Add(Frequencies[term]);
            ends.Add(sources.Count);
        }

        return new Postings(IndexedCount, SourceCount, [.. terms], [.. frequencies], [.. ends], [.. sources], [.. counts]);
    }

    /// <summary>Checks that the arrays fit each other.</summary>
    /// <exception cref="InvalidDataException">They do not.</exception>
    public void Check()
    {
        var isSound = Ends.Length == 0 ? Sources.Length == 0 : Ends[^1] == Sources.Length;
        for (var term = 0; isSound && term < Terms.Length; term++)
        {
            var (start, end) = Range(term);
            isSound = start < end && end <= Sources.Length
                && Frequencies[term] >= end - start && Frequencies[term] <= IndexedCount
                && (term == 0 || Terms[term - 1] < Terms[term]);
            for (var i = start; isSound && i < end; i++)
                isSound = Sources[i] >= 0 && Sources[i] < SourceCount && Counts[i] > 0 && (i == start || Sources[i - 1] < Sources[i]);
        }

        if (!isSound)
            throw new InvalidDataException("The index of texts is corrupt: its terms and sources do not fit each other. Restore the file from a copy.");
    }
}
