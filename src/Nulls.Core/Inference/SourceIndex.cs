using System.Collections.Concurrent;

namespace Nulls.Inference;

/// <summary>Which sources wrote texts like a given one: TF-IDF over words and pairs of words, as an inverted index.</summary>
/// <remarks>
/// The weight of a term in a text is that of <see cref="TermWeight"/>, and a text's weights have length 1. Terms are keyed hashes: the
/// index holds no text, but whoever has its salt can test whether a source used a given word. Immutable, so safe for many threads.
/// </remarks>
internal sealed class SourceIndex
{
    private readonly TermHasher _hasher;
    private readonly Postings _postings;

    // Scores of earlier questions, all 0 again: clearing one for six million sources costs more than most questions.
    private readonly ConcurrentBag<float[]> _scores = [];

    public SourceIndex(TermHasher hasher, Postings postings)
    {
        _hasher = hasher;
        _postings = postings;
    }

    internal Postings Postings => _postings;

    /// <summary>Finds the sources whose terms are most like a text's.</summary>
    /// <param name="text">The text to compare with.</param>
    /// <param name="count">The most sources to return; at least 1.</param>
    /// <param name="isExcluded">Says whether a source, by index, must not be found. Such sources also lend the query no terms.</param>
    /// <returns>The nearest first, equally near ones by index; fewer than <paramref name="count"/> when fewer share a term.</returns>
    public IReadOnlyList<SourceMatch> Nearest(ReadOnlySpan<char> text, int count, Func<int, bool> isExcluded)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var occurrences = new Dictionary<ulong, int>();
        _hasher.Count(text, occurrences);
        var terms = new List<QueryTerm>();
        var squaredNorm = 0.0;

        // Sums of floats depend on their order, that of a dictionary on its history.
        foreach (var (term, occurrence) in occurrences.OrderBy(pair => pair.Key))
        {
            if (!_postings.TryFind(term, out var list) || !HasSurvivor(list, isExcluded))
                continue;

            var inverseFrequency = TermWeight.InverseFrequency(_postings.IndexedCount, list.Frequency);
            var weight = TermWeight.LogOccurrences((ushort)Math.Min(occurrence, ushort.MaxValue)) * inverseFrequency;
            squaredNorm += weight * weight;
            terms.Add(new QueryTerm(list, (float)(weight * inverseFrequency)));
        }

        if (terms.Count == 0)
            return [];

        if (!_scores.TryTake(out var scores))
            scores = new float[_postings.SourceCount];
        var search = new NearestSearch(_postings.InverseNorms, scores, count, isExcluded);
        var nearest = search.Run(terms, (float)(1 / Math.Sqrt(squaredNorm)));
        search.ClearScores();
        _scores.Add(scores);
        return nearest;
    }

    /// <summary>Writes the index without a trace of the withheld sources' texts but the counts of terms that others use too.</summary>
    /// <param name="stream">Where to write; need not seek.</param>
    /// <param name="withhold">Says whether a source, by index, is left out.</param>
    /// <remarks>Those counts keep the scores of all other sources as they are.</remarks>
    public void Save(Stream stream, Func<int, bool> withhold) => SourceIndexFormat.Save(stream, _hasher.Salt, _postings, withhold);

    /// <summary>An index with other numbers for its sources, in the same order; those with -1 are left out, as <see cref="Save"/> leaves them out.</summary>
    public SourceIndex Renumbered(Func<int, int> newIndex, int sourceCount)
    {
        var inverseNorms = new float[sourceCount];
        for (var source = 0; source < _postings.SourceCount; source++)
        {
            if (newIndex(source) is >= 0 and var index)
                inverseNorms[index] = _postings.InverseNorms[source];
        }

        var chunks = Enumerable.Range(0, _postings.Chunks.Count).Select(chunk => _postings.Renumbered(chunk, newIndex)).Where(chunk => chunk.Length > 0);
        return new SourceIndex(_hasher, new Postings(_postings.IndexedCount, [.. chunks], inverseNorms));
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The stream holds something else, a newer version, or is truncated or corrupt.</exception>
    public static SourceIndex Load(Stream stream)
    {
        var (salt, postings) = SourceIndexFormat.Load(stream);
        return new SourceIndex(new TermHasher(salt), postings);
    }

    private static bool HasSurvivor(PostingList list, Func<int, bool> isExcluded)
    {
        Span<int> sources = stackalloc int[PostingList.BlockLength];
        Span<ushort> counts = stackalloc ushort[PostingList.BlockLength];
        for (var block = 0; block < list.BlockCount; block++)
        {
            foreach (var source in sources[..list.Read(block, sources, counts)])
            {
                if (!isExcluded(source))
                    return true;
            }
        }

        return false;
    }
}

/// <summary>A term of a question.</summary>
/// <param name="List">The sources that use it.</param>
/// <param name="Weight">Its weight in the question, times its inverse frequency.</param>
internal readonly record struct QueryTerm(PostingList List, float Weight);
