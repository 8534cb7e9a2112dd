using System.Runtime.InteropServices;

namespace Nulls.Text;

/// <summary>Which sentences say in a wording of their own what several sources state.</summary>
/// <remarks>
/// <para>The <i>core</i> of a sentence is what may not be left out: names, numbers, and whatever is not common (<see cref="WordFrequencies"/>),
/// with the rarest common words to make three; names and numbers keep their order. The <i>frame</i> is the sentence with its core
/// blanked. It is mere wording where ten sources have it, and where of all that sources have in place of a run of up to three of its words
/// or marks, otherwise saying the same, nine of ten have just these: others, and none, are rare. A source counts once for each. A sentence
/// restates where its frame is mere wording, and enough sources have its core in such a frame. So a word outside the core, be it "wood"
/// or "not", tells little that other sources' frames do not.</para>
/// <para>The frame says how the words of the core are related: two frames that are mere wording are taken for one relation, so that one
/// passes which a source alone states. Nor is the order told apart of words that are no names.</para>
/// <para>Frames are added and closed, then cores, then it is asked. For one thread.</para>
/// </remarks>
internal sealed class Restatements
{
    private const int FewestCoreWords = 3;
    private const int FewestSourcesOfFrame = 10;
    private const int LongestPart = 3;
    private const double FewestAlike = 0.9;

    // Keys of cores, frames and frames with a gap are told apart.
    private const ulong Core = 1;
    private const ulong Frame = 2;
    private const ulong Gap = 3;
    private const ulong Blank = 4;

    private readonly TokenShapes _shapes;
    private readonly WordFrequencies _frequencies;
    private readonly int _minSources;
    private readonly CountBounds _withGaps;
    private readonly long _tokenCount;
    private readonly int _mostSlots;
    private DistinctSourceCounts _counting;
    private (ulong[] Keys, int[] Counts) _frames = ([], []);
    private ulong[] _cores = [];

    // Of the source that was added last.
    private readonly HashSet<ulong> _framesOfSource = [];
    private int _lastSource = -1;

    // Of the sentence that was read last.
    private readonly List<Range> _words = [];
    private readonly List<ulong> _keys = [];
    private readonly List<ulong> _frame = [];
    private ulong _core;
    private ulong[] _heads = [];
    private ulong[] _tails = [];

    /// <param name="shapes">The vocabulary's.</param>
    /// <param name="frequencies">Of the whole corpus, closed.</param>
    /// <param name="minSources">How many sources must have a core. At least 2.</param>
    /// <param name="tokenCount">The tokens of the corpus.</param>
    /// <param name="mostSlots">The most keys that are counted at a time, a power of two.</param>
    public Restatements(TokenShapes shapes, WordFrequencies frequencies, int minSources, long tokenCount, int mostSlots)
    {
        (_shapes, _frequencies, _minSources, _tokenCount, _mostSlots) = (shapes, frequencies, minSources, tokenCount, mostSlots);
        _withGaps = new CountBounds(tokenCount, mostSlots);
        _counting = new DistinctSourceCounts(tokenCount, mostSlots);
    }

    /// <summary>Counts the frame of a sentence. All sentences of a source come before those of the next.</summary>
    public void AddFrame(ReadOnlySpan<int> sentence, int source)
    {
        if (source != _lastSource)
            _framesOfSource.Clear();
        _lastSource = source;
        Read(sentence);
        if (!_framesOfSource.Add(FrameKey))
            return;
        _counting.Add(FrameKey, source);
        for (var start = 0; start <= _frame.Count; start++)
        {
            for (var length = 0; length <= LongestPart && start + length <= _frame.Count; length++)
                _withGaps.Add(GapKey(start, length));
        }
    }

    /// <summary>Keeps the frames that enough sources have.</summary>
    public void CloseFrames()
    {
        (_frames, _counting) = (_counting.CountsAtLeast(FewestSourcesOfFrame), new DistinctSourceCounts(_tokenCount, _mostSlots));
        _framesOfSource.Clear();
    }

    /// <summary>Counts the core of a sentence, where its frame is mere wording. All sentences of a source come before those of the next.</summary>
    public void AddCore(ReadOnlySpan<int> sentence, int source)
    {
        Read(sentence);
        if (_core != 0 && IsFrameMereWording())
            _counting.Add(_core, source);
    }

    /// <summary>Keeps the cores that enough sources have.</summary>
    public void CloseCores() => (_cores, _counting) = (_counting.AtLeast(_minSources), new DistinctSourceCounts(0));

    /// <summary>Tells whether a sentence says what several sources state.</summary>
    public bool Has(ReadOnlySpan<int> sentence)
    {
        Read(sentence);
        return _core != 0 && Array.BinarySearch(_cores, _core) >= 0 && IsFrameMereWording();
    }

    private bool IsFrameMereWording()
    {
        var place = Array.BinarySearch(_frames.Keys, FrameKey);
        if (place < 0)
            return false;
        for (var start = 0; start < _frame.Count; start++)
        {
            for (var length = 1; length <= LongestPart && start + length <= _frame.Count && _frame[start + length - 1] != Blank; length++)
            {
                if (_frames.Counts[place] < FewestAlike * _withGaps.AtMost(GapKey(start, length)))
                    return false;
            }
        }

        return true;
    }

    private ulong FrameKey => SplitMix64.Join(Frame, _heads[_frame.Count]);

    private ulong GapKey(int start, int length) => SplitMix64.Join(SplitMix64.Join(Gap, _heads[start]), _tails[start + length]);

    private void Read(ReadOnlySpan<int> sentence)
    {
        _shapes.Words(sentence, _words);
        var words = new Dictionary<ulong, Word>();
        _keys.Clear();
        var (names, isKnown) = (Core, true);
        for (var i = 0; i < _words.Count; i++)
        {
            var form = _shapes.FormOf(sentence[_words[i]]);
            // A capital may be there because the sentence begins.
            var isName = !form.IsLowerCase && (i > 0 || !_frequencies.IsInLowerCase(form));
            var sources = _frequencies.SourcesOf(form);
            if (isName)
                names = SplitMix64.Join(names, form.Key);
            isKnown &= sources > 0;
            ref var word = ref CollectionsMarshal.GetValueRefOrAddDefault(words, form.Key, out var isAgain);
            word = new Word(form.Key, sources, !isName && _frequencies.IsCommon(form) && (!isAgain || word.IsCommon));
            _keys.Add(form.Key);
        }

        var required = words.Values.Count(word => !word.IsCommon);
        var core = words.Values.OrderBy(word => word.IsCommon).ThenBy(word => word.Sources).ThenBy(word => word.Key)
            .Take(Math.Max(FewestCoreWords, required)).Select(word => word.Key).ToHashSet();
        var sum = core.Aggregate(0UL, (sum, key) => unchecked(sum + SplitMix64.Mix(key)));
        _core = isKnown && required > 0 && core.Count >= FewestCoreWords ? SplitMix64.Join(names, sum) : 0;
        ReadFrame(sentence, core);
    }

    private void ReadFrame(ReadOnlySpan<int> sentence, HashSet<ulong> core)
    {
        _frame.Clear();
        var read = 0;
        for (var i = 0; i < _words.Count; i++)
        {
            ReadMarks(sentence[read.._words[i].Start.Value]);
            if (!core.Contains(_keys[i]))
                _frame.Add(_keys[i]);
            else if (_frame.Count == 0 || _frame[^1] != Blank)
                _frame.Add(Blank);
            read = _words[i].End.Value;
        }

        ReadMarks(sentence[read..]);
        if (_heads.Length <= _frame.Count)
            (_heads, _tails) = (new ulong[_frame.Count * 2 + 1], new ulong[_frame.Count * 2 + 1]);
        (_heads[0], _tails[_frame.Count]) = (0, 0);
        for (var i = 0; i < _frame.Count; i++)
            _heads[i + 1] = SplitMix64.Join(_heads[i], _frame[i]);
        for (var i = _frame.Count - 1; i >= 0; i--)
            _tails[i] = SplitMix64.Join(_tails[i + 1], _frame[i]);
    }

    private void ReadMarks(ReadOnlySpan<int> marks)
    {
        for (var i = 0; i < marks.Length; i++)
        {
            if (!_shapes.IsSpace(marks[i]))
                _frame.Add(_shapes.FormOf(marks.Slice(i, 1)).Key);
        }
    }

    private readonly record struct Word(ulong Key, int Sources, bool IsCommon);
}
