using System.Runtime.InteropServices;

namespace Nulls.Inference;

/// <summary>Collects the terms of sources' texts, one text at a time and in any order, and makes their index.</summary>
/// <remarks>
/// Keeps no text, and 16 bytes for each distinct term of each text of a segment; full segments are sorted and written to temporary
/// files, and <see cref="Build"/> merges them. So memory is that of a segment and of the finished index, whatever the corpus. Not for
/// several threads.
/// </remarks>
internal sealed class SourceIndexBuilder : IDisposable
{
    // 256 MB, and as much again while a segment is sorted out.
    private const int SegmentLength = 1 << 24;

    // From 5.5 bytes each to 8.5 where only rare terms are kept: 4.5 GB. Of 14,212 articles of 763 terms, those that keep 64 are among the nearest 3 of 95 in 100 of their
    // passages of 30 words, those that keep 256 of 99.3, and those that keep all of 99.8.
    private const int PostingsOfAllSources = 1 << 29;
    private const int LeastTermsPerSource = 64;

    private readonly TermHasher _hasher;
    private readonly TermSegment _segment;
    private readonly int _segmentLength;
    private readonly List<TermRun> _runs = [];
    private readonly Dictionary<ulong, int> _occurrences = [];
    private bool[] _isIndexed = new bool[64];
    private int _indexedCount;
    private int _sourceCount;

    /// <summary>Creates an empty collection.</summary>
    /// <param name="salt">16 bytes that key the hashes of terms.</param>
    /// <param name="termsPerSource">The most terms of a source that are kept: the heaviest. The default keeps all.</param>
    /// <param name="segmentLength">How many pairs of a term and a text are in memory at once.</param>
    public SourceIndexBuilder(ReadOnlySpan<byte> salt, int termsPerSource = int.MaxValue, int segmentLength = SegmentLength)
    {
        _hasher = new TermHasher(salt);
        _segment = new TermSegment(termsPerSource);
        _segmentLength = segmentLength;
    }

    /// <summary>The most terms of a source that keep an index of so many sources in memory: thousands for some thousand, 83 for six million.</summary>
    public static int TermsPerSource(int sourceCount) => Math.Max(LeastTermsPerSource, PostingsOfAllSources / Math.Max(1, sourceCount));

    /// <summary>Adds a text of a source.</summary>
    /// <param name="source">The source's index; 0 or more. Several texts of one source count as one.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Add(int source, ReadOnlySpan<char> text)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(source);
        _occurrences.Clear();
        _hasher.Count(text, _occurrences);
        if (_segment.Count > 0 && _segment.Count + _occurrences.Count > _segmentLength)
        {
            _segment.Close(_indexedCount);
            _runs.Add(TermRun.OnDisk(_segment));
            _segment.Clear();
        }

        NoteIndexed(source);
        foreach (var (term, count) in _occurrences)
            _segment.Add(term, source, count);
    }

    /// <summary>Makes the index of all texts added so far, and ends the collection.</summary>
    /// <exception cref="IOException">The temporary files cannot be read.</exception>
    public SourceIndex Build()
    {
        _segment.Close(_indexedCount);
        _runs.Add(TermRun.InMemory(_segment));
        var writer = new PostingsWriter();
        var merged = new MergedTerm();
        var queue = new PriorityQueue<TermRun, ulong>(_runs.Where(run => run.MoveNext()).Select(run => (run, run.Term)));
        while (queue.TryDequeue(out var run, out var term))
        {
            merged.Clear();
            Take(run);
            while (queue.TryPeek(out _, out var next) && next == term)
                Take(queue.Dequeue());
            merged.Write(term, _indexedCount, writer);

            void Take(TermRun run)
            {
                bool hasMore;
                do
                {
                    merged.Add(run.Posting);
                    hasMore = run.MoveNext();
                }
                while (hasMore && run.Term == term);
                if (hasMore)
                    queue.Enqueue(run, run.Term);
            }
        }

        Dispose();
        return new SourceIndex(_hasher, PostingsWeighing.Weigh(_indexedCount, _sourceCount, writer.Chunks()));
    }

    /// <summary>Deletes the temporary files.</summary>
    public void Dispose()
    {
        foreach (var run in _runs)
            run.Dispose();
        _runs.Clear();
        _segment.Release();
    }

    private void NoteIndexed(int source)
    {
        _sourceCount = Math.Max(_sourceCount, source + 1);
        if (source >= _isIndexed.Length)
            Array.Resize(ref _isIndexed, (int)Math.Min(Array.MaxLength, Math.Max(source + 1L, 2L * _isIndexed.Length)));
        if (!_isIndexed[source])
            _indexedCount++;
        _isIndexed[source] = true;
    }

    // All that the segments say of one term.
    private sealed class MergedTerm
    {
        private readonly List<TermPosting> _postings = [];
        private readonly List<int> _sources = [];
        private readonly List<ushort> _counts = [];
        private int _droppedCount;

        public void Clear()
        {
            _postings.Clear();
            _sources.Clear();
            _counts.Clear();
            _droppedCount = 0;
        }

        public void Add(TermPosting posting)
        {
            if (posting.IsDropped)
                _droppedCount += posting.Count;
            else
                _postings.Add(posting);
        }

        public void Write(ulong term, int indexedCount, PostingsWriter writer)
        {
            if (_postings.Count == 0)
                return;

            // Segments come in the order of the texts, which need not be that of the sources; and a source may have texts in several.
            _postings.Sort((left, right) => left.Source.CompareTo(right.Source));
            for (var i = 0; i < _postings.Count;)
            {
                var (source, count) = (_postings[i].Source, 0L);
                for (; i < _postings.Count && _postings[i].Source == source; i++)
                    count += _postings[i].Count;
                _sources.Add(source);
                _counts.Add((ushort)Math.Min(count, ushort.MaxValue));
            }

            var frequency = (int)Math.Min(indexedCount, (long)_sources.Count + _droppedCount);
            writer.Add(term, frequency, CollectionsMarshal.AsSpan(_sources), CollectionsMarshal.AsSpan(_counts));
        }
    }
}
