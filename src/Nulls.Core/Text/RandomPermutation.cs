using System.Numerics;

namespace Nulls.Text;

/// <summary>An order of the numbers from 0 to <paramref name="count"/> - 1 that a key determines, without a table of them.</summary>
/// <remarks>
/// A Feistel network permutes the numbers of an even count of bits, fewer than four times as many; whoever falls outside is permuted
/// again until it is back inside, which leaves a permutation (cycle walking: Black and Rogaway, 2002).
/// </remarks>
/// <param name="count">How many numbers; at least 1.</param>
/// <param name="key">Chooses the order.</param>
internal readonly struct RandomPermutation(int count, ulong key)
{
    private const int RoundCount = 6;

    private readonly int _halfBits = Math.Max(1, (33 - BitOperations.LeadingZeroCount((uint)(count - 1))) / 2);

    /// <summary>Gets the number at a place.</summary>
    public int this[int place]
    {
        get
        {
            var number = (uint)place;
            do
                number = Permute(number);
            while (number >= (uint)count);
            return (int)number;
        }
    }

    private uint Permute(uint number)
    {
        var mask = (1u << _halfBits) - 1;
        var (left, right) = (number >> _halfBits, number & mask);
        for (ulong round = 0; round < RoundCount; round++)
            (left, right) = (right, left ^ ((uint)(SplitMix64.Mix(unchecked(key + (round << 32) + right)) >> 32) & mask));
        return (left << _halfBits) | right;
    }
}
