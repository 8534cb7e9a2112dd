using System.Runtime.InteropServices;

namespace Nulls.Inference;

/// <summary>Terms of some sources' texts, collected in any order, then sorted, and with only the heaviest of each source kept.</summary>
/// <param name="termsPerSource">The most terms of a source that are kept.</param>
/// <remarks>
/// How rare a term is, is judged by the segment: its hundred thousand sources rank terms as all would, for the sake of what is kept.
/// How many sources use a term is counted of all, kept or not, but for terms of which a segment keeps nothing and has one.
/// </remarks>
internal sealed class TermSegment(int termsPerSource)
{
    private ulong[] _terms = new ulong[1_024];
    private ulong[] _postings = new ulong[1_024];

    public int Count { get; private set; }

    /// <summary>Gets the terms; sorted once the segment is closed.</summary>
    public ReadOnlySpan<ulong> Terms => _terms.AsSpan(0, Count);

    /// <summary>Gets a <see cref="TermPosting"/> for each of <see cref="Terms"/>; of one term, ascending.</summary>
    public ReadOnlySpan<ulong> Postings => _postings.AsSpan(0, Count);

    public void Add(ulong term, int source, int count)
    {
        if (Count == _terms.Length)
        {
            var length = (int)Math.Min(Array.MaxLength, 2L * Count);
            Array.Resize(ref _terms, length);
            Array.Resize(ref _postings, length);
        }

        (_terms[Count], _postings[Count]) = (term, new TermPosting(source, count).Bits);
        Count++;
    }

    /// <summary>Sorts the segment, makes one of several entries of a source and a term, and leaves out what is too light.</summary>
    /// <param name="indexedCount">The number of sources so far.</param>
    public void Close(int indexedCount)
    {
        Array.Sort(_terms, _postings, 0, Count);
        MergeSources();
        if (termsPerSource == int.MaxValue)
            return;

        var lengths = new Dictionary<int, int>();
        foreach (var bits in Postings)
            CollectionsMarshal.GetValueRefOrAddDefault(lengths, new TermPosting(bits).Source, out _)++;
        if (lengths.Count > 0 && lengths.Values.Max() > termsPerSource)
            DropLight(lengths, Math.Min(indexedCount, lengths.Count));
    }

    public void Clear() => Count = 0;

    /// <summary>Gives the memory back.</summary>
    public void Release() => (_terms, _postings, Count) = ([], [], 0);

    private void MergeSources()
    {
        var merged = 0;
        for (var start = 0; start < Count;)
        {
            var end = EndOfTerm(start);
            var term = _terms[start];
            Array.Sort(_postings, start, end - start);
            var first = merged;
            for (var i = start; i < end; i++)
            {
                var posting = new TermPosting(_postings[i]);
                if (merged > first && new TermPosting(_postings[merged - 1]) is var before && before.Source == posting.Source)
                {
                    _postings[merged - 1] = new TermPosting(posting.Source, (int)Math.Min(int.MaxValue, (long)before.Count + posting.Count)).Bits;
                    continue;
                }

                (_terms[merged], _postings[merged]) = (term, posting.Bits);
                merged++;
            }

            start = end;
        }

        Count = merged;
    }

    private void DropLight(Dictionary<int, int> lengths, int sourceCount)
    {
        // Each source's entries in a row, with their weights.
        var slots = new Dictionary<int, int>(lengths.Count);
        var next = 0;
        foreach (var (source, length) in lengths)
        {
            slots[source] = next;
            next += length;
        }

        var (weights, entries) = (new float[Count], new int[Count]);
        for (var start = 0; start < Count;)
        {
            var end = EndOfTerm(start);
            var inverseFrequency = TermWeight.InverseFrequency(sourceCount, end - start);
            for (; start < end; start++)
            {
                var posting = new TermPosting(_postings[start]);
                var slot = CollectionsMarshal.GetValueRefOrNullRef(slots, posting.Source)++;
                // Negative, because sorting begins with the least.
                weights[slot] = -(float)(TermWeight.LogOccurrences((ushort)Math.Min(posting.Count, ushort.MaxValue)) * inverseFrequency);
                entries[slot] = start;
            }
        }

        var isDropped = new bool[Count];
        foreach (var (source, length) in lengths)
        {
            if (length <= termsPerSource)
                continue;

            var first = slots[source] - length;
            Array.Sort(weights, entries, first, length);
            for (var i = first + termsPerSource; i < first + length; i++)
                isDropped[entries[i]] = true;
        }

        LeaveOut(isDropped);
    }

    private void LeaveOut(bool[] isDropped)
    {
        var kept = 0;
        for (var start = 0; start < Count;)
        {
            var (end, term, first) = (EndOfTerm(start), _terms[start], kept);
            var dropped = 0;
            for (; start < end; start++)
            {
                if (isDropped[start])
                    dropped++;
                else
                    (_terms[kept], _postings[kept++]) = (term, _postings[start]);
            }

            // What is left out is still counted; there is room for that, because it has left some. A term that only one source uses is
            // forgotten with it, for most terms are such.
            if (dropped > 1 || (dropped == 1 && kept > first))
                (_terms[kept], _postings[kept++]) = (term, TermPosting.Dropped(dropped).Bits);
        }

        Count = kept;
    }

    private int EndOfTerm(int start)
    {
        var end = start + 1;
        while (end < Count && _terms[end] == _terms[start])
            end++;
        return end;
    }
}
