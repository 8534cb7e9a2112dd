using System.Buffers.Binary;

namespace Nulls.Inference;

/// <summary>The sources that use one term, where they lie in a chunk of bytes.</summary>
/// <remarks>
/// In bytes: the gap to the term before · twice the frequency, plus 1 when a number of postings follows that differs from it · the
/// postings, each twice the gap to the source before, plus 1 when a count above 1 follows. All these are numbers of 7 bits a byte,
/// the lowest first. More than one block of postings have a table before them: u32 length of table and postings, f32 greatest
/// impact, and for each block i32 its last source and u32 where it ends.
/// </remarks>
internal readonly struct PostingList
{
    /// <summary>The most postings of a block.</summary>
    public const int BlockLength = 128;

    internal const int TableHead = 2 * sizeof(int);
    internal const int TableEntry = 2 * sizeof(int);

    private readonly byte[] _bytes;
    private readonly int _table;
    private readonly int _data;

    private PostingList(byte[] bytes, ulong term, int frequency, int count, int start)
    {
        _bytes = bytes;
        Term = term;
        Frequency = frequency;
        Count = count;
        if (count > BlockLength)
        {
            _table = start;
            _data = checked(start + TableHead + BlockCount * TableEntry);
            End = checked(start + sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(start)));
            if (End < _data || End > bytes.Length)
                throw new ArgumentOutOfRangeException(nameof(bytes), End, "A list of postings ends beyond its chunk.");
            return;
        }

        (_table, _data) = (-1, start);
        var position = start;
        for (var i = 0; i < count; i++)
        {
            if ((ReadNumber(bytes, ref position) & 1) != 0)
                ReadNumber(bytes, ref position);
        }

        End = position;
    }

    public ulong Term { get; }

    /// <summary>Gets in how many of the indexed sources the term occurs.</summary>
    public int Frequency { get; }

    /// <summary>Gets the number of postings, which is smaller where some were left out.</summary>
    public int Count { get; }

    /// <summary>Gets where the list ends in its chunk, and the next begins.</summary>
    public int End { get; }

    public int BlockCount => (Count + BlockLength - 1) / BlockLength;

    /// <summary>Reads the list that begins at a place; the term before it is 0 at a chunk's beginning.</summary>
    public static PostingList Read(byte[] chunk, int position, ulong previousTerm)
    {
        var gap = ReadNumber(chunk, ref position);
        return ReadBehindTerm(chunk, position, previousTerm + gap);
    }

    /// <summary>Reads the list that begins at a place and whose term is known.</summary>
    public static PostingList ReadAt(byte[] chunk, int position, ulong term)
    {
        ReadNumber(chunk, ref position);
        return ReadBehindTerm(chunk, position, term);
    }

    /// <summary>The most that a posting's factors are beside the term's own: log(1 + count) over the length of the source's weights.</summary>
    public float GreatestImpact(ReadOnlySpan<float> inverseNorms)
    {
        if (_table >= 0)
            return BinaryPrimitives.ReadSingleLittleEndian(_bytes.AsSpan(_table + sizeof(int)));

        Span<int> sources = stackalloc int[BlockLength];
        Span<ushort> counts = stackalloc ushort[BlockLength];
        var greatest = 0f;
        for (var i = Read(0, sources, counts) - 1; i >= 0; i--)
            greatest = Math.Max(greatest, TermWeight.LogOccurrences(counts[i]) * inverseNorms[sources[i]]);
        return greatest;
    }

    /// <summary>Writes the greatest impact into the chunk, while it is made.</summary>
    public void SetGreatestImpact(float impact)
    {
        if (_table >= 0)
            BinaryPrimitives.WriteSingleLittleEndian(_bytes.AsSpan(_table + sizeof(int)), impact);
    }

    /// <summary>Reads a block of postings, ascending by source, and returns their number.</summary>
    public int Read(int block, Span<int> sources, Span<ushort> counts)
    {
        var length = Math.Min(BlockLength, Count - block * BlockLength);
        var position = block == 0 ? _data : _data + EndOf(block - 1);
        var source = block == 0 ? -1 : LastSource(block - 1);
        var bytes = _bytes;
        for (var i = 0; i < length; i++)
        {
            var number = ReadNumber(bytes, ref position);
            source += (int)(number >> 1) + 1;
            sources[i] = source;
            counts[i] = (number & 1) == 0 ? (ushort)1 : (ushort)ReadNumber(bytes, ref position);
        }

        return length;
    }

    /// <summary>Finds how often a source uses the term; 0 when it does not. Logarithmic in <see cref="Count"/>, and linear in a block.</summary>
    public ushort CountOf(int source, Span<int> sources, Span<ushort> counts)
    {
        var (low, high) = (0, BlockCount - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (LastSource(middle) < source)
                low = middle + 1;
            else
                high = middle;
        }

        var length = Read(low, sources, counts);
        var found = sources[..length].BinarySearch(source);
        return found < 0 ? (ushort)0 : counts[found];
    }

    /// <summary>Returns every posting, for work that need not be fast.</summary>
    public IEnumerable<(int Source, ushort Count)> All()
    {
        var (sources, counts) = (new int[BlockLength], new ushort[BlockLength]);
        for (var block = 0; block < BlockCount; block++)
        {
            var length = Read(block, sources, counts);
            for (var i = 0; i < length; i++)
                yield return (sources[i], counts[i]);
        }
    }

    private int LastSource(int block) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(_table + TableHead + block * TableEntry));

    private int EndOf(int block) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(_table + TableHead + block * TableEntry + sizeof(int)));

    private static PostingList ReadBehindTerm(byte[] chunk, int position, ulong term)
    {
        var head = ReadNumber(chunk, ref position);
        var frequency = checked((int)(head >> 1));
        var count = (head & 1) == 0 ? frequency : checked((int)ReadNumber(chunk, ref position));
        return new PostingList(chunk, term, frequency, count, position);
    }

    private static ulong ReadNumber(byte[] bytes, ref int position)
    {
        ulong number = bytes[position++];
        if (number < 0x80)
            return number;

        number &= 0x7f;
        for (var shift = 7; ; shift += 7)
        {
            ulong next = bytes[position++];
            number |= (next & 0x7f) << shift;
            if (next < 0x80)
                return number;
        }
    }
}
