using System.Runtime.InteropServices;
using System.Text;

namespace Nulls.Text;

/// <summary>Learns the merges of a byte-level BPE tokenizer: again and again, the pair of neighbouring tokens that occurs most often becomes a token.</summary>
/// <remarks>
/// Deterministic: of pairs that occur equally often, the one with the lowest left id wins, then the one with the lowest right id. Ids are GPT-2's:
/// the 256 bytes in the order of <see cref="ByteAlphabet.Characters"/>, then the merges, then the end of text. Training ends early when no pair occurs twice.
/// Only the counts of distinct words are held, a bounded number of them, not the corpus. Counts of pairs are kept up to date, and a merge visits only the words that have it.
/// </remarks>
/// <param name="vocabularySize">The most tokens to make, bytes and end of text included.</param>
/// <param name="splitsDigits">Whether every digit stays a token of its own.</param>
/// <param name="addsPrefixSpace">Whether a text that does not begin with a space is given one. The default is false.</param>
internal sealed class BytePairTrainer(int vocabularySize, bool splitsDigits, bool addsPrefixSpace = false)
{
    private readonly List<Word> _words = [];
    private readonly Dictionary<ulong, PairStatistics> _pairs = [];
    private readonly HashSet<ulong> _grownPairs = [];

    /// <summary>Gets what counts the words of the texts to train on.</summary>
    public WordCounts CreateCounts() => new(splitsDigits, addsPrefixSpace);

    /// <summary>Trains on texts, which are read once.</summary>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public BytePairModel Train(IEnumerable<string> texts)
    {
        var words = CreateCounts();
        var textIndex = 0;
        foreach (var text in texts)
        {
            words.Add(text ?? throw new ArgumentException($"Every text must be given, but text {textIndex} is null. Leave it out.", nameof(texts)));
            textIndex++;
        }

        return Train(words);
    }

    /// <summary>Trains on words that are counted.</summary>
    public BytePairModel Train(WordCounts words)
    {
        CountPairs(words.Counts);

        var tokens = ByteAlphabet.Characters.Select(character => character.ToString()).ToList();
        var vocabulary = tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);
        var merges = new List<(string, string)>();

        // Entries grow stale when a count falls: they are put back with the true count when they come up.
        var queue = new PriorityQueue<ulong, (long Count, ulong Pair)>(_pairs.Select(pair => (pair.Key, (pair.Value.Count, pair.Key))), MostFrequentFirst.Instance);
        while (vocabulary.Count + 1 < vocabularySize && queue.TryDequeue(out ulong pair, out var entry))
        {
            if (!_pairs.TryGetValue(pair, out var statistics) || statistics.Count < 2)
                continue;
            if (statistics.Count != entry.Count)
            {
                queue.Enqueue(pair, (statistics.Count, pair));
                continue;
            }

            var (left, right) = ((int)(pair >> 32), (int)(uint)pair);
            string token = tokens[left] + tokens[right];
            // Two pairs can spell the same token: aa + a, and a + aa.
            if (vocabulary.TryAdd(token, tokens.Count))
                tokens.Add(token);
            merges.Add((tokens[left], tokens[right]));

            int merged = vocabulary[token];
            foreach (int word in statistics.Words)
                Merge(word, left, right, merged);
            foreach (ulong grown in _grownPairs)
            {
                if (_pairs.TryGetValue(grown, out var grownStatistics))
                    queue.Enqueue(grown, (grownStatistics.Count, grown));
            }
            _grownPairs.Clear();
        }

        int endOfTextId = vocabulary.Count;
        vocabulary.Add(BytePairModel.EndOfText, endOfTextId);
        return new BytePairModel(vocabulary, merges, new Dictionary<string, int> { [BytePairModel.EndOfText] = endOfTextId }, splitsDigits, addsPrefixSpace);
    }

    private void CountPairs(IReadOnlyDictionary<string, long> wordCounts)
    {
        foreach (var (text, count) in wordCounts)
        {
            int[] tokens = [.. Encoding.UTF8.GetBytes(text).Select(value => ByteAlphabet.Places[value])];
            if (tokens.Length < 2)
                continue;
            _words.Add(new Word(tokens, tokens.Length, count));
            for (int i = 1; i < tokens.Length; i++)
                Add(tokens[i - 1], tokens[i], _words.Count - 1);
        }
        _grownPairs.Clear();
    }

    /// <summary>Merges a pair wherever it stands in a word, from left to right, and brings the counts of the pairs around it up to date.</summary>
    private void Merge(int wordIndex, int left, int right, int merged)
    {
        ref var word = ref CollectionsMarshal.AsSpan(_words)[wordIndex];
        var tokens = word.Tokens.AsSpan(0, word.Length);
        int written = 0;
        for (int read = 0; read < tokens.Length;)
        {
            if (read + 1 == tokens.Length || tokens[read] != left || tokens[read + 1] != right)
            {
                tokens[written++] = tokens[read++];
                continue;
            }
            if (written > 0)
            {
                Remove(tokens[written - 1], left, word.Count);
                Add(tokens[written - 1], merged, wordIndex);
            }
            if (read + 2 < tokens.Length)
            {
                Remove(right, tokens[read + 2], word.Count);
                Add(merged, tokens[read + 2], wordIndex);
            }
            Remove(left, right, word.Count);
            tokens[written++] = merged;
            read += 2;
        }
        word.Length = written;
    }

    private void Add(int left, int right, int wordIndex)
    {
        ulong pair = Key(left, right);
        ref var statistics = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, pair, out _);
        statistics.Words ??= [];
        statistics.Count += _words[wordIndex].Count;
        if (statistics.Words.Count == 0 || statistics.Words[^1] != wordIndex)
            statistics.Words.Add(wordIndex);
        _grownPairs.Add(pair);
    }

    private void Remove(int left, int right, long count)
    {
        ulong pair = Key(left, right);
        ref var statistics = ref CollectionsMarshal.GetValueRefOrNullRef(_pairs, pair);
        statistics.Count -= count;
        if (statistics.Count == 0)
            _pairs.Remove(pair);
    }

    private static ulong Key(int left, int right) => ((ulong)left << 32) | (uint)right;

    /// <summary>A distinct word as tokens, the first <paramref name="Length"/> of <paramref name="Tokens"/>, and how often it occurs.</summary>
    private record struct Word(int[] Tokens, int Length, long Count);

    /// <summary>How often a pair occurs, and the words that have or had it; a word may be listed twice.</summary>
    private record struct PairStatistics(long Count, List<int> Words);

    private sealed class MostFrequentFirst : IComparer<(long Count, ulong Pair)>
    {
        public static MostFrequentFirst Instance { get; } = new();

        public int Compare((long Count, ulong Pair) x, (long Count, ulong Pair) y) =>
            x.Count != y.Count ? y.Count.CompareTo(x.Count) : x.Pair.CompareTo(y.Pair);
    }
}
