using System.Runtime.InteropServices;

namespace Nulls.Inference;

/// <summary>Collects the terms of sources' texts, one text at a time and in any order, and makes their index.</summary>
/// <remarks>Keeps 12 bytes for every distinct term of every text; no text. Not for several threads.</remarks>
internal sealed class SourceIndexBuilder
{
    private readonly TermHasher _hasher;
    private readonly Dictionary<ulong, int> _numberOfTerm = [];
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<ulong, int> _occurrences = [];
    private readonly HashSet<int> _sources = [];

    /// <summary>Creates an empty collection.</summary>
    /// <param name="salt">16 bytes that key the hashes of terms.</param>
    public SourceIndexBuilder(ReadOnlySpan<byte> salt) => _hasher = new TermHasher(salt);

    /// <summary>Adds a text of a source.</summary>
    /// <param name="source">The source's index; 0 or more. Several texts of one source count as one.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="InvalidOperationException">The index is full.</exception>
    public void Add(int source, ReadOnlySpan<char> text)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(source);
        _occurrences.Clear();
        _hasher.Count(text, _occurrences);
        if (_entries.Count > Array.MaxLength - _occurrences.Count)
        {
            throw new InvalidOperationException(
                $"An index of texts holds at most {Array.MaxLength:N0} pairs of a term and a text, and the corpus has more. Train without routing to the nearest sources.");
        }

        _sources.Add(source);
        foreach (var (term, count) in _occurrences)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numberOfTerm, term, out var isKnown);
            if (!isKnown)
                number = _numberOfTerm.Count - 1;
            _entries.Add(new Entry(number, source, count));
        }
    }

    /// <summary>Makes the index of all texts added so far.</summary>
    public SourceIndex Build()
    {
        var (terms, rankOfNumber) = Rank();
        var ends = new int[terms.Length];
        var (sources, counts) = GroupByTerm(rankOfNumber, ends);
        var frequencies = new int[terms.Length];
        var start = 0;
        var merged = 0;
        for (var term = 0; term < terms.Length; term++)
        {
            var end = ends[term];
            frequencies[term] = MergeSources(sources, counts, start, end, merged);
            start = end;
            merged += frequencies[term];
            ends[term] = merged;
        }

        return new SourceIndex(_hasher, new Postings(
            _sources.Count, _sources.Count == 0 ? 0 : _sources.Max() + 1, terms, frequencies, ends, sources[..merged],
            Array.ConvertAll(counts[..merged], count => (ushort)Math.Min(count, ushort.MaxValue))));
    }

    private (ulong[] Terms, int[] RankOfNumber) Rank()
    {
        var terms = new ulong[_numberOfTerm.Count];
        foreach (var (term, number) in _numberOfTerm)
            terms[number] = term;
        var numbers = Enumerable.Range(0, terms.Length).ToArray();
        Array.Sort(terms, numbers);
        var rankOfNumber = new int[terms.Length];
        for (var rank = 0; rank < numbers.Length; rank++)
            rankOfNumber[numbers[rank]] = rank;
        return (terms, rankOfNumber);
    }

    // A counting sort: afterwards the entries of term t end at ends[t].
    private (int[] Sources, int[] Counts) GroupByTerm(int[] rankOfNumber, int[] ends)
    {
        foreach (var entry in _entries)
            ends[rankOfNumber[entry.TermNumber]]++;
        var start = 0;
        for (var term = 0; term < ends.Length; term++)
        {
            var length = ends[term];
            ends[term] = start;
            start += length;
        }

        var sources = new int[_entries.Count];
        var counts = new int[_entries.Count];
        foreach (var entry in _entries)
        {
            var slot = ends[rankOfNumber[entry.TermNumber]]++;
            sources[slot] = entry.Source;
            counts[slot] = entry.Count;
        }

        return (sources, counts);
    }

    // Moves one term's entries to where the merged ones end, ascending by source, with one entry for a source; returns how many are left.
    private static int MergeSources(int[] sources, int[] counts, int start, int end, int merged)
    {
        Array.Sort(sources, counts, start, end - start);
        var next = merged;
        for (var i = start; i < end; i++)
        {
            if (next > merged && sources[next - 1] == sources[i])
            {
                counts[next - 1] += counts[i];
                continue;
            }

            sources[next] = sources[i];
            counts[next] = counts[i];
            next++;
        }

        return next - merged;
    }

    private readonly record struct Entry(int TermNumber, int Source, int Count);
}
