using System.Numerics;

namespace Nulls.Text;

/// <summary>Bounds from above how often each of very many keys was added, in memory of fixed size: the counterpart of <see cref="DistinctSourceCounts"/>, which may count too few.</summary>
/// <remarks>A count-min sketch (Cormode and Muthukrishnan, 2005) of two rows: keys that fall into the same cells are counted together.</remarks>
internal sealed class CountBounds
{
    private const int KeysPerToken = 8;

    private readonly uint[] _counts;
    private readonly ulong _mask;

    /// <param name="tokenCount">The tokens of the corpus, which have a few keys each.</param>
    /// <param name="mostCells">The most cells of a row, a power of two; 2^24 of both rows take 128 MiB.</param>
    public CountBounds(long tokenCount, int mostCells)
    {
        var cells = (int)Math.Min(mostCells, (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, tokenCount * KeysPerToken)));
        (_counts, _mask) = (new uint[cells * 2], (ulong)cells - 1);
    }

    /// <summary>Counts a key.</summary>
    public void Add(ulong key)
    {
        var (first, second) = CellsOf(key);
        _counts[first]++;
        _counts[second]++;
    }

    /// <summary>Returns how often a key was added, or more.</summary>
    public uint AtMost(ulong key)
    {
        var (first, second) = CellsOf(key);
        return Math.Min(_counts[first], _counts[second]);
    }

    private (int First, int Second) CellsOf(ulong key)
    {
        var mixed = SplitMix64.Mix(key);
        return ((int)(mixed & _mask), (int)((mixed >> 32) & _mask) + (int)_mask + 1);
    }
}
