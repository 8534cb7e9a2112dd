using System.Runtime.InteropServices;
using Nulls.Inference;

namespace Nulls.Benchmarks;

/// <summary>The nearest source of each question by reading every text of every source, twice, without an index: what an index is compared with.</summary>
/// <remarks>Shares with the index the weights of terms alone, and the lengths of the sources' weights, which need every term of all texts counted.</remarks>
internal sealed class ExhaustiveSearch
{
    private readonly Dictionary<long, Term> _terms = [];
    private readonly Dictionary<Term, int> _ofText = [];
    private readonly double[] _sums;
    private readonly (int Source, double Score)[] _best;
    private readonly double[] _norms;
    private int _textCount;

    public ExhaustiveSearch(IReadOnlyList<int[]> questions)
    {
        (_sums, _norms) = (new double[questions.Count], new double[questions.Count]);
        _best = [.. questions.Select(_ => (-1, 0.0))];
        for (var question = 0; question < questions.Count; question++)
        {
            foreach (var term in TermsOf(questions[question]))
            {
                ref var found = ref CollectionsMarshal.GetValueRefOrAddDefault(_terms, term, out _);
                found ??= new Term();
                found.Occurrences[question] = found.Occurrences.GetValueOrDefault(question) + 1;
            }
        }
    }

    /// <summary>First, for every source: counts in how many texts the questions' terms occur.</summary>
    public void Count(ReadOnlySpan<int> words)
    {
        _textCount++;
        foreach (var term in Find(words).Keys)
            term.TextCount++;
    }

    /// <summary>Then, for every source in turn: compares its text with all questions.</summary>
    /// <param name="source">The source's index.</param>
    /// <param name="words">Its text.</param>
    /// <param name="inverseNorm">1 over the length of its weights.</param>
    public void Compare(int source, ReadOnlySpan<int> words, double inverseNorm)
    {
        Array.Clear(_sums);
        foreach (var (term, occurrences) in Find(words))
        {
            var frequency = Math.Log(1 + (double)_textCount / term.TextCount);
            foreach (var (question, asked) in term.Occurrences)
                _sums[question] += Math.Log(1.0 + asked) * frequency * Math.Log(1.0 + occurrences) * frequency * inverseNorm;
        }

        for (var question = 0; question < _sums.Length; question++)
        {
            if (_sums[question] > _best[question].Score)
                _best[question] = (source, _sums[question]);
        }
    }

    /// <summary>At the end: tells whether a found source is the nearest, or as near as that but for rounding.</summary>
    public bool IsNearest(int question, IReadOnlyList<SourceMatch> found)
    {
        if (_norms[question] == 0)
            _norms[question] = Math.Sqrt(_terms.Values.Where(term => term.TextCount > 0 && term.Occurrences.ContainsKey(question))
                .Sum(term => Math.Pow(Math.Log(1.0 + term.Occurrences[question]) * Math.Log(1 + (double)_textCount / term.TextCount), 2)));
        var (source, sum) = _best[question];
        return found.Count > 0 && (found[0].Source == source || Math.Abs(found[0].Score - sum / _norms[question]) <= 1e-5 * found[0].Score);
    }

    private Dictionary<Term, int> Find(ReadOnlySpan<int> words)
    {
        _ofText.Clear();
        var previous = -1L;
        foreach (var word in words)
        {
            Add(word);
            if (previous >= 0)
                Add(Pair(previous, word));
            previous = word;
        }

        return _ofText;

        void Add(long term)
        {
            if (_terms.TryGetValue(term, out var found))
                CollectionsMarshal.GetValueRefOrAddDefault(_ofText, found, out _)++;
        }
    }

    private static IEnumerable<long> TermsOf(int[] words) =>
        words.Select(word => (long)word).Concat(words.Zip(words.Skip(1), (first, second) => Pair(first, second)));

    private static long Pair(long first, long second) => ((first + 1) << 32) | second;

    private sealed class Term
    {
        public Dictionary<int, int> Occurrences { get; } = [];

        public int TextCount { get; set; }
    }
}
