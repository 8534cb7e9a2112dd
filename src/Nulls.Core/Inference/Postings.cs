using System.Runtime.InteropServices;

namespace Nulls.Inference;

/// <summary>Which sources use which terms, and how often: an inverted index in few bytes.</summary>
/// <remarks>
/// Each term's <see cref="PostingList"/>, in ascending order of the terms, in chunks of bytes that an array can hold. Every sixteenth
/// is known by its place, and the terms between are found by reading on from there. Immutable, so safe for many threads.
/// </remarks>
internal sealed class Postings
{
    private const int ListsPerGroup = 16;

    private readonly List<ulong> _groupTerms = [];
    private readonly List<(int Chunk, int Start)> _groupStarts = [];

    /// <param name="indexedCount">The number of sources that the frequencies count, those left out since included.</param>
    /// <param name="chunks">What <see cref="PostingsWriter"/> wrote.</param>
    /// <param name="inverseNorms">By source, 1 over the length of its weights; 0 for one without terms.</param>
    /// <exception cref="InvalidDataException">The chunks hold something else.</exception>
    public Postings(int indexedCount, IReadOnlyList<byte[]> chunks, float[] inverseNorms)
    {
        IndexedCount = indexedCount;
        Chunks = chunks;
        InverseNorms = inverseNorms;
        Check();
    }

    public int IndexedCount { get; }

    /// <summary>Gets one more than the greatest index of a source.</summary>
    public int SourceCount => InverseNorms.Length;

    public IReadOnlyList<byte[]> Chunks { get; }

    public float[] InverseNorms { get; }

    public long TermCount { get; private set; }

    public long PostingCount { get; private set; }

    /// <summary>Gets the memory of it all.</summary>
    public long ByteCount => Chunks.Sum(chunk => (long)chunk.Length) + sizeof(float) * (long)SourceCount + _groupTerms.Capacity * sizeof(ulong) + _groupStarts.Capacity * sizeof(long);

    /// <summary>Gets the lists of a chunk, ascending by term.</summary>
    public static IEnumerable<PostingList> Lists(byte[] chunk)
    {
        var list = default(PostingList);
        for (var position = 0; position < chunk.Length; position = list.End)
        {
            list = PostingList.Read(chunk, position, list.Term);
            yield return list;
        }
    }

    public bool TryFind(ulong term, out PostingList list)
    {
        list = default;
        var group = CollectionsMarshal.AsSpan(_groupTerms).BinarySearch(term);
        if (group < 0)
            group = ~group - 1;
        if (group < 0)
            return false;

        var (chunk, position) = _groupStarts[group];
        var bytes = Chunks[chunk];
        list = PostingList.ReadAt(bytes, position, _groupTerms[group]);
        for (var i = 1; i < ListsPerGroup && list.Term < term && list.End < bytes.Length; i++)
            list = PostingList.Read(bytes, list.End, list.Term);
        return list.Term == term;
    }

    /// <summary>Copies a chunk without some sources, and without every term that only they use; frequencies stay.</summary>
    public byte[] ChunkWithout(int chunk, Func<int, bool> isLeftOut) => Renumbered(chunk, source => isLeftOut(source) ? -1 : source);

    /// <summary>Copies a chunk with other numbers for its sources, in the same order; -1 leaves a source out, and every term that only such use. Frequencies stay.</summary>
    public byte[] Renumbered(int chunk, Func<int, int> newIndex)
    {
        // A list that has lost a source says so, and may be longer by a byte or two: what is left of a chunk is one all the same.
        var writer = new PostingsWriter(Array.MaxLength);
        var (sources, counts) = (new List<int>(), new List<ushort>());
        foreach (var list in Lists(Chunks[chunk]))
        {
            sources.Clear();
            counts.Clear();
            var impact = 0f;
            foreach (var (source, count) in list.All())
            {
                var index = newIndex(source);
                if (index < 0)
                    continue;

                sources.Add(index);
                counts.Add(count);
                impact = Math.Max(impact, TermWeight.LogOccurrences(count) * InverseNorms[source]);
            }

            if (sources.Count > 0)
                writer.Add(list.Term, list.Frequency, CollectionsMarshal.AsSpan(sources), CollectionsMarshal.AsSpan(counts), impact);
        }

        return writer.Chunks().SingleOrDefault() ?? [];
    }

    // One walk finds the groups, counts, and holds every list to the rules.
    private void Check()
    {
        try
        {
            var previous = (ulong?)null;
            for (var chunk = 0; chunk < Chunks.Count; chunk++)
            {
                var (position, inGroup) = (0, 0);
                foreach (var list in Lists(Chunks[chunk]))
                {
                    RequireSound(list, previous);
                    if (inGroup++ % ListsPerGroup == 0)
                    {
                        _groupTerms.Add(list.Term);
                        _groupStarts.Add((chunk, position));
                    }

                    (previous, position) = (list.Term, list.End);
                    TermCount++;
                    PostingCount += list.Count;
                }
            }
        }
        catch (Exception exception) when (exception is IndexOutOfRangeException or ArgumentOutOfRangeException or OverflowException)
        {
            throw Corrupt();
        }
    }

    private void RequireSound(PostingList list, ulong? previous)
    {
        if ((previous is { } before && list.Term <= before) || list.Count < 1 || list.Frequency < list.Count || list.Frequency > IndexedCount)
            throw Corrupt();

        Span<int> sources = stackalloc int[PostingList.BlockLength];
        Span<ushort> counts = stackalloc ushort[PostingList.BlockLength];
        var last = -1;
        for (var block = 0; block < list.BlockCount; block++)
        {
            var length = list.Read(block, sources, counts);
            for (var i = 0; i < length; i++)
            {
                if (sources[i] <= last || sources[i] >= SourceCount || counts[i] == 0)
                    throw Corrupt();
                last = sources[i];
            }
        }
    }

    private static InvalidDataException Corrupt() =>
        new("The index of texts is corrupt: its terms and sources do not fit each other. Restore the file from a copy.");
}
