using System.Buffers;

namespace Nulls.Inference;

/// <summary>Which sources wrote texts like a given one: TF-IDF over words and pairs of words, as an inverted index.</summary>
/// <remarks>
/// The weight of a term in a text is log(1 + occurrences) times log(1 + sources / sources with the term), and a text's weights
/// have length 1. Terms are keyed hashes: the index holds no text, but whoever has its salt can test whether a source used a given
/// word. Immutable, so safe for many threads.
/// </remarks>
internal sealed class SourceIndex
{
    private static readonly float[] LogOccurrences = [.. Enumerable.Range(0, ushort.MaxValue + 1).Select(count => (float)Math.Log(1.0 + count))];

    private readonly TermHasher _hasher;
    private readonly Postings _postings;
    private readonly float[] _inverseNorms;

    public SourceIndex(TermHasher hasher, Postings postings)
    {
        _hasher = hasher;
        _postings = postings;
        _inverseNorms = InverseNorms(postings);
    }

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
        var scores = ArrayPool<float>.Shared.Rent(_inverseNorms.Length);
        Array.Clear(scores, 0, _inverseNorms.Length);
        var squaredNorm = 0.0;

        // Sums of floats depend on their order, that of a dictionary on its history.
        foreach (var (term, occurrence) in occurrences.OrderBy(pair => pair.Key))
        {
            var found = Array.BinarySearch(_postings.Terms, term);
            if (found < 0)
                continue;

            var (start, end) = _postings.Range(found);
            if (!HasSurvivor(_postings.Sources.AsSpan(start, end - start), isExcluded))
                continue;

            var inverseFrequency = InverseFrequency(_postings, found);
            var weight = LogOccurrences[Math.Min(occurrence, ushort.MaxValue)] * inverseFrequency;
            squaredNorm += weight * weight;
            Accumulate(scores, start, end, (float)(weight * inverseFrequency));
        }

        var nearest = Best(scores, count, (float)(1 / Math.Sqrt(squaredNorm)), isExcluded);
        ArrayPool<float>.Shared.Return(scores);
        return nearest;
    }

    /// <summary>Writes the index without a trace of the withheld sources' texts but the counts of terms that others use too.</summary>
    /// <param name="stream">Where to write; need not seek.</param>
    /// <param name="withhold">Says whether a source, by index, is left out.</param>
    /// <remarks>Those counts keep the scores of all other sources as they are.</remarks>
    public void Save(Stream stream, Func<int, bool> withhold) => SourceIndexFormat.Save(stream, _hasher.Salt, _postings.Without(withhold));

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The stream holds something else, a newer version, or is truncated or corrupt.</exception>
    public static SourceIndex Load(Stream stream)
    {
        var (salt, postings) = SourceIndexFormat.Load(stream);
        return new SourceIndex(new TermHasher(salt), postings);
    }

    private void Accumulate(float[] scores, int start, int end, float weight)
    {
        var sources = _postings.Sources.AsSpan(start, end - start);
        var counts = _postings.Counts.AsSpan(start, end - start);
        for (var i = 0; i < sources.Length; i++)
            scores[sources[i]] += weight * LogOccurrences[counts[i]];
    }

    private SourceMatch[] Best(float[] scores, int count, float inverseQueryNorm, Func<int, bool> isExcluded)
    {
        var best = new List<SourceMatch>(Math.Min(count, _inverseNorms.Length) + 1);
        for (var source = 0; source < _inverseNorms.Length; source++)
        {
            var score = scores[source] * _inverseNorms[source];
            if (score <= (best.Count < count ? 0 : best[^1].Score) || isExcluded(source))
                continue;

            var place = best.Count;
            while (place > 0 && best[place - 1].Score < score)
                place--;
            best.Insert(place, new SourceMatch(source, score));
            if (best.Count > count)
                best.RemoveAt(count);
        }

        return [.. best.Select(match => match with { Score = Math.Min(1, match.Score * inverseQueryNorm) })];
    }

    private static bool HasSurvivor(ReadOnlySpan<int> sources, Func<int, bool> isExcluded)
    {
        foreach (var source in sources)
        {
            if (!isExcluded(source))
                return true;
        }

        return false;
    }

    private static float[] InverseNorms(Postings postings)
    {
        var squares = new double[postings.SourceCount];
        for (var term = 0; term < postings.Terms.Length; term++)
        {
            var inverseFrequency = InverseFrequency(postings, term);
            var (start, end) = postings.Range(term);
            for (var i = start; i < end; i++)
            {
                var weight = LogOccurrences[postings.Counts[i]] * inverseFrequency;
                squares[postings.Sources[i]] += weight * weight;
            }
        }

        return [.. squares.Select(square => square > 0 ? (float)(1 / Math.Sqrt(square)) : 0)];
    }

    private static double InverseFrequency(Postings postings, int term) =>
        Math.Log(1 + (double)postings.IndexedCount / postings.Frequencies[term]);
}
