using System.Numerics;

namespace Nulls.Text;

/// <summary>Counts in how many sources each of very many keys occurs, in a table of fixed size.</summary>
/// <remarks>
/// Sources come one after another, so the last one that had a key is enough to count distinct ones. Where the table is full, a key that
/// one source had gives way, and is counted anew if it comes again: a count is exact or too low. It is too high only for two keys that
/// are equal in all 64 bits: of n keys, each meets another with a probability of n / 2^64, 2e-10 for four billion.
/// </remarks>
internal sealed class DistinctSourceCounts
{
    /// <summary>The most slots of a table: 256 MiB.</summary>
    public const int MostSlots = 1 << 24;

    private const int SlotsPerSet = 4;

    private readonly ulong[] _keys;
    private readonly int[] _lastSources;
    private readonly int[] _counts;
    private readonly ulong _setMask;

    /// <param name="keyCount">About as many keys as are expected.</param>
    /// <param name="mostSlots">The most slots, a power of two from 4.</param>
    public DistinctSourceCounts(long keyCount, int mostSlots = MostSlots)
    {
        var slots = (int)Math.Min(mostSlots, (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(SlotsPerSet, keyCount * 2)));
        (_keys, _lastSources, _counts) = (new ulong[slots], new int[slots], new int[slots]);
        _setMask = (ulong)(slots / SlotsPerSet) - 1;
    }

    /// <summary>Counts a key of a source. All keys of a source come before those of the next.</summary>
    public void Add(ulong key, int source)
    {
        var first = (int)(SplitMix64.Mix(key) & _setMask) * SlotsPerSet;
        var weakest = first;
        for (var slot = first; slot < first + SlotsPerSet; slot++)
        {
            if (_counts[slot] > 0 && _keys[slot] == key)
            {
                if (_lastSources[slot] != source)
                    (_lastSources[slot], _counts[slot]) = (source, _counts[slot] + 1);
                return;
            }

            if (_counts[slot] < _counts[weakest] || (_counts[slot] == _counts[weakest] && _lastSources[slot] < _lastSources[weakest]))
                weakest = slot;
        }

        if (_counts[weakest] <= 1)
            (_keys[weakest], _lastSources[weakest], _counts[weakest]) = (key, source, 1);
    }

    /// <summary>Returns the keys that at least so many sources have, in ascending order.</summary>
    public ulong[] AtLeast(int sourceCount) => CountsAtLeast(sourceCount).Keys;

    /// <summary>Returns the keys that at least so many sources have, in ascending order, and how many have each.</summary>
    public (ulong[] Keys, int[] Counts) CountsAtLeast(int sourceCount)
    {
        int[] slots = [.. Enumerable.Range(0, _keys.Length).Where(slot => _counts[slot] >= sourceCount)];
        var (keys, counts) = (Array.ConvertAll(slots, slot => _keys[slot]), Array.ConvertAll(slots, slot => _counts[slot]));
        Array.Sort(keys, counts);
        return (keys, counts);
    }
}
