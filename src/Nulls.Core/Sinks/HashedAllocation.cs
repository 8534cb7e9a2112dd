using System.Buffers;
using System.Numerics;

namespace Nulls.Sinks;

/// <summary>Exactly k sinks of each source, drawn without replacement by numbers that seed and index alone determine.</summary>
/// <remarks>
/// Part of the file format: with <c>mix</c> the finaliser of SplitMix64 (Steele, Lea and Flood, 2014) and <c>G</c> its increment, the
/// n-th number of a source, n from 1, is <c>mix(key + n G)</c> with <c>key = mix(mix(seed) + index)</c>, the seed sign-extended to 64
/// bits. Robert Floyd's method turns k numbers into k distinct sinks: for i from pool - k to pool - 1, take the number scaled to 0..i,
/// or i itself when that one is taken.
/// </remarks>
internal sealed class HashedAllocation : SinkAllocation
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private readonly int _sinksPerSource;
    private readonly ulong _seedKey;

    public HashedAllocation(int poolWidth, int sinksPerSource, int seed)
        : base(poolWidth)
    {
        RequireSinksFitPool(sinksPerSource, poolWidth);
        _sinksPerSource = sinksPerSource;
        _seedKey = Mix(unchecked((ulong)seed));
    }

    public override SinkAllocationKind Kind => SinkAllocationKind.Hashed;

    public override long Capacity => long.MaxValue;

    public override int? MaxSinksPerSource => _sinksPerSource;

    public override int? MaxOverlap => null;

    private protected override SinkSet AllocateCore(long sourceIndex)
    {
        var wordCount = (PoolWidth - 1) / 64 + 1;
        var taken = ArrayPool<ulong>.Shared.Rent(wordCount);
        try
        {
            Array.Clear(taken, 0, wordCount);
            var key = Mix(unchecked(_seedKey + (ulong)sourceIndex));
            for (var last = PoolWidth - _sinksPerSource; last < PoolWidth; last++)
            {
                key = unchecked(key + Increment);

                // The high half of a product scales a number to 0..last; what it favours, it favours by less than one part in 2^32.
                var sink = (int)Math.BigMul(Mix(key), (ulong)last + 1, out _);
                if ((taken[sink / 64] >> (sink % 64) & 1) != 0)
                    sink = last;
                taken[sink / 64] |= 1UL << (sink % 64);
            }

            return SinkSet.Owning(Ascending(taken.AsSpan(0, wordCount)));
        }
        finally
        {
            ArrayPool<ulong>.Shared.Return(taken);
        }
    }

    private int[] Ascending(ReadOnlySpan<ulong> taken)
    {
        var sinks = new int[_sinksPerSource];
        var count = 0;
        for (var word = 0; word < taken.Length; word++)
        {
            for (var bits = taken[word]; bits != 0; bits &= bits - 1)
                sinks[count++] = word * 64 + BitOperations.TrailingZeroCount(bits);
        }

        return sinks;
    }

    private static ulong Mix(ulong number)
    {
        unchecked
        {
            number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
            number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
            return number ^ (number >> 31);
        }
    }
}
