namespace Nulls.Inference;

/// <summary>One search for the greatest sums over a question's terms, without reading lists that cannot change which they are.</summary>
/// <remarks>
/// Rare terms come first. Once what all remaining terms together can add is less than what the last of the best already has, no source
/// that none of the earlier terms found can be among the best: from there on only those that still can are looked up (Turtle and
/// Flood, 1995; Moffat and Zobel, 1996). The result, and its bits, are those of reading everything.
/// </remarks>
/// <param name="inverseNorms">By source, 1 over the length of its weights.</param>
/// <param name="scores">A place for each source's sum, all 0.</param>
/// <param name="count">How many to find.</param>
/// <param name="isExcluded">Says which sources must not be found.</param>
internal sealed class NearestSearch(float[] inverseNorms, float[] scores, int count, Func<int, bool> isExcluded)
{
    // Shorter lists are read before anybody asks whether they need be.
    private const int ShortList = 1_024;

    // What looking one source up in a long list costs, in postings read in turn.
    private const int PostingsPerLookUp = 100;

    // Bounds are sums of rounded numbers, too.
    private const float Slack = 1.0001f;

    private readonly List<int> _touched = [];
    private readonly int[] _sources = new int[PostingList.BlockLength];
    private readonly ushort[] _counts = new ushort[PostingList.BlockLength];

    public SourceMatch[] Run(List<QueryTerm> terms, float inverseQueryNorm)
    {
        // Frequencies stay when sources are left out, and with them this order and every rounding.
        terms.Sort((left, right) => left.List.Frequency != right.List.Frequency
            ? left.List.Frequency.CompareTo(right.List.Frequency) : left.List.Term.CompareTo(right.List.Term));
        var remaining = RemainingBounds(terms);
        List<int>? candidates = null;
        var readSince = 0;
        for (var i = 0; i < terms.Count; i++)
        {
            var (list, weight) = terms[i];
            if (candidates is null && list.Count > ShortList && readSince + list.Count > _touched.Count / 4)
            {
                candidates = Contenders(_touched, remaining[i]);
                readSince = 0;
            }

            if (candidates is null || (long)candidates.Count * PostingsPerLookUp > list.Count)
            {
                ReadAll(list, weight);
                readSince += list.Count;
            }
            else
            {
                LookUp(list, weight, candidates);
            }

            if (candidates is not null)
                candidates = Contenders(candidates, remaining[i + 1]) ?? candidates;
        }

        return [.. Best(candidates ?? _touched).Select(match => match with { Score = Math.Min(1, match.Score * inverseQueryNorm) })];
    }

    /// <summary>Sets what was written of the scores to 0 again.</summary>
    public void ClearScores()
    {
        foreach (var source in _touched)
            scores[source] = 0;
    }

    // The most that the terms from each on can add to a source; lists that are read anyway are left out.
    private float[] RemainingBounds(List<QueryTerm> terms)
    {
        var remaining = new float[terms.Count + 1];
        for (var i = terms.Count - 1; i >= 0; i--)
        {
            var (list, weight) = terms[i];
            remaining[i] = remaining[i + 1] + (list.Frequency > ShortList ? weight * list.GreatestImpact(inverseNorms) * Slack : 0);
        }

        return remaining;
    }

    // Those of the sources that can still be among the best; null while sources that are not among these can.
    private List<int>? Contenders(List<int> sources, float remaining)
    {
        var best = Best(sources);
        if (best.Count < count || best[^1].Score <= remaining)
            return null;

        var least = best[^1].Score;
        return sources.FindAll(source => scores[source] + remaining >= least);
    }

    private void ReadAll(PostingList list, float weight)
    {
        for (var block = 0; block < list.BlockCount; block++)
        {
            var length = list.Read(block, _sources, _counts);
            for (var i = 0; i < length; i++)
                Add(_sources[i], _counts[i], weight);
        }
    }

    private void LookUp(PostingList list, float weight, List<int> candidates)
    {
        foreach (var source in candidates)
        {
            if (list.CountOf(source, _sources, _counts) is > 0 and var occurrences)
                Add(source, occurrences, weight);
        }
    }

    private void Add(int source, ushort occurrences, float weight)
    {
        ref var score = ref scores[source];
        if (score == 0)
            _touched.Add(source);
        score += weight * TermWeight.LogOccurrences(occurrences) * inverseNorms[source];
    }

    private List<SourceMatch> Best(List<int> sources)
    {
        var best = new List<SourceMatch>(count < 64 ? count + 1 : 0);
        foreach (var source in sources)
        {
            var match = new SourceMatch(source, scores[source]);
            if (match.Score <= 0 || (best.Count == count && !IsBefore(match, best[^1])) || isExcluded(source))
                continue;

            var place = best.Count;
            while (place > 0 && IsBefore(match, best[place - 1]))
                place--;
            best.Insert(place, match);
            if (best.Count > count)
                best.RemoveAt(count);
        }

        return best;
    }

    private static bool IsBefore(SourceMatch left, SourceMatch right) =>
        left.Score > right.Score || (left.Score == right.Score && left.Source < right.Source);
}
