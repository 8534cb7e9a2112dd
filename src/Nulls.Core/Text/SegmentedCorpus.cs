using System.Runtime.InteropServices;
using Nulls.Storage;

namespace Nulls.Text;

/// <summary>Documents of a kind, with a source or without, over all segments of a store.</summary>
internal sealed class SegmentedCorpus : ITokenCorpus
{
    private readonly IReadOnlyList<Segment> _segments;
    private readonly MappedFiles _tokens;
    private readonly int[] _tokensOfSegment;
    private readonly MappedFiles _tables;
    private readonly int[] _sentencesOfSegment;
    private readonly int[] _entriesOfSegment;
    // Where each segment's documents end.
    private readonly int[] _ends;
    // What was asked last: length, source and tokens of a document are asked for in turn.
    private int _document = -1;
    private (int Segment, Entry Entry) _found;

    public SegmentedCorpus(
        IReadOnlyList<Segment> segments, MappedFiles tokens, int[] tokensOfSegment, MappedFiles tables, int[] sentencesOfSegment, Func<Segment, (long Offset, long Count)> table)
    {
        _segments = segments;
        _tokens = tokens;
        _tokensOfSegment = tokensOfSegment;
        _tables = tables;
        _sentencesOfSegment = sentencesOfSegment;
        _entriesOfSegment = new int[segments.Count];
        _ends = new int[segments.Count];
        var end = 0L;
        for (var i = 0; i < segments.Count; i++)
        {
            var (offset, count) = table(segments[i]);
            _entriesOfSegment[i] = tables.Add(segments[i].Path, offset, count * SegmentFormat.EntryBytes);
            end += count;
            _ends[i] = end <= Array.MaxLength ? (int)end : throw new InvalidDataException($"A corpus holds at most {Array.MaxLength:N0} documents of sources, and as many without; this one has more. Join short documents.");
        }
    }

    public int Count => _ends.Length == 0 ? 0 : _ends[^1];

    public int SourceOf(int document) => Find(document).Entry.Source;

    public int TokenCount(int document) => (int)Find(document).Entry.TokenCount;

    public int[] SentenceLengths(int document)
    {
        var (segment, entry) = Find(document);
        if (!_segments[segment].Kind.InSentences)
            return [(int)entry.TokenCount];

        var lengths = new List<int>();
        Span<int> length = stackalloc int[1];
        for (var (sentence, left) = ((long)entry.FirstSentence, (long)entry.TokenCount); left > 0; sentence++, left -= length[0])
        {
            _tables.Read(_sentencesOfSegment[segment], sentence * sizeof(int), MemoryMarshal.AsBytes(length));
            lengths.Add(length[0]);
        }

        return [.. lengths];
    }

    public void Read(int document, int start, Span<int> tokens)
    {
        var (segment, entry) = Find(document);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + tokens.Length, entry.TokenCount);
        var bytes = MemoryMarshal.AsBytes(tokens);
        if (_segments[segment].Kind.TokenBytes == sizeof(int))
        {
            _tokens.Read(_tokensOfSegment[segment], ((long)entry.FirstToken + start) * sizeof(int), bytes);
            return;
        }

        // Read into the second half and widened from the front: what is written lies before what is still to be read.
        var narrow = bytes[(bytes.Length / 2)..];
        _tokens.Read(_tokensOfSegment[segment], ((long)entry.FirstToken + start) * sizeof(ushort), narrow);
        var narrowTokens = MemoryMarshal.Cast<byte, ushort>(narrow);
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = narrowTokens[i];
    }

    private (int Segment, Entry Entry) Find(int document)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(document);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(document, Count);
        if (document == _document)
            return _found;

        // The first segment that ends behind the document; of segments that end alike, all but the first are empty.
        var place = Array.BinarySearch(_ends, document + 1);
        if (place < 0)
            place = ~place;
        while (place > 0 && _ends[place - 1] > document)
            place--;
        Span<Entry> entry = stackalloc Entry[1];
        var first = place == 0 ? 0 : _ends[place - 1];
        _tables.Read(_entriesOfSegment[place], (long)(document - first) * SegmentFormat.EntryBytes, MemoryMarshal.AsBytes(entry));
        (_document, _found) = (document, (place, entry[0]));
        return _found;
    }

    private readonly record struct Entry(uint FirstToken, uint TokenCount, uint FirstSentence, int Source);
}
