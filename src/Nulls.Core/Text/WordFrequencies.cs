namespace Nulls.Text;

/// <summary>In how many sources each word of a corpus stands, counted in bounded memory (<see cref="DistinctSourceCounts"/>), and which words are common.</summary>
/// <remarks>
/// Common is a word that a tenth of the sources, and at least ten, write in lower case. Numbers, names, and words of a script without
/// case never are. Immutable.
/// </remarks>
internal sealed class WordFrequencies
{
    private const int SourcesACommonSource = 10;
    private const int FewestSourcesOfCommon = 10;

    // Keys of a word as it is written in lower case are others than those of the word.
    private const ulong LowerCase = 1;

    private readonly ulong[] _keys;
    private readonly int[] _counts;
    private readonly int _fewestOfCommon;

    private WordFrequencies((ulong[] Keys, int[] Counts) counts, int sourceCount)
    {
        (_keys, _counts) = counts;
        _fewestOfCommon = Math.Max(FewestSourcesOfCommon, sourceCount / SourcesACommonSource);
    }

    /// <summary>Counts the words of texts.</summary>
    /// <param name="texts">The tokens of each and its source; all of a source come before those of the next.</param>
    /// <param name="shapes">The vocabulary's.</param>
    /// <param name="fewestSources">Rarer words are forgotten.</param>
    /// <param name="tokenCount">About as many tokens as are expected.</param>
    /// <param name="mostSlots">The most words that are counted at a time, a power of two.</param>
    public static WordFrequencies Count(IEnumerable<(int[] Tokens, int Source)> texts, TokenShapes shapes, int fewestSources, long tokenCount, int mostSlots)
    {
        var counting = new DistinctSourceCounts(tokenCount, mostSlots);
        var words = new List<Range>();
        var (sourceCount, lastSource) = (0, -1);
        foreach (var (tokens, source) in texts)
        {
            sourceCount += source == lastSource ? 0 : 1;
            lastSource = source;
            shapes.Words(tokens, words);
            foreach (var word in words)
            {
                var form = shapes.FormOf(tokens.AsSpan(word));
                counting.Add(form.Key, source);
                if (form.IsLowerCase)
                    counting.Add(SplitMix64.Join(LowerCase, form.Key), source);
            }
        }

        return new WordFrequencies(counting.CountsAtLeast(fewestSources), sourceCount);
    }

    /// <summary>Returns the number of sources that have a word, or 0 where they are too few.</summary>
    public int SourcesOf(WordForm word) => CountOf(word.Key);

    /// <summary>Tells whether enough sources write a word in lower case.</summary>
    public bool IsInLowerCase(WordForm word) => CountOf(SplitMix64.Join(LowerCase, word.Key)) > 0;

    /// <summary>Tells whether a word is common, when it is written in lower case.</summary>
    public bool IsCommon(WordForm word) => CountOf(SplitMix64.Join(LowerCase, word.Key)) >= _fewestOfCommon;

    private int CountOf(ulong key)
    {
        var place = Array.BinarySearch(_keys, key);
        return place < 0 ? 0 : _counts[place];
    }
}
