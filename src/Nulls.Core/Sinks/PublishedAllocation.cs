using System.Buffers;

namespace Nulls.Sinks;

/// <summary>The hash of the released code: sink j is on for id when ((id · 65536) · r_j mod M) / M is below p_mem, all of it as 32-bit floats at the end.</summary>
/// <remarks>r_j is A^j in wrapping 64-bit arithmetic, modulo M. Every remainder is that of floored division: 0 or more.</remarks>
internal abstract class PublishedAllocation : SinkAllocation
{
    private const long Multiplier = 1588635695;
    private const long Modulus = 4294967291;
    private readonly long[] _factors;
    private readonly float _probability;

    private protected PublishedAllocation(int poolWidth, double probability, long idOffset, long maxId)
        : base(poolWidth)
    {
        if (!(probability > 0 && probability <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "The share of the pool that is on for a source must be more than 0 and at most 1.");
        if (idOffset < 0 || idOffset > maxId)
            throw new ArgumentOutOfRangeException(nameof(idOffset), idOffset, $"What is added to a source's index to give its id must be from 0 to {maxId}, the largest id.");

        _probability = (float)probability;
        _factors = new long[poolWidth];
        var power = 1L;
        for (var j = 0; j < poolWidth; j++)
        {
            _factors[j] = FlooredRemainder(power);
            power = unchecked(power * Multiplier);
        }

        IdOffset = idOffset;
        Capacity = maxId - idOffset == long.MaxValue ? long.MaxValue : maxId - idOffset + 1;
    }

    public override long Capacity { get; }

    public override int? MaxSinksPerSource => null;

    public override int? MaxOverlap => null;

    private protected override string RemedyWhenFull => "The released code has no ids beyond.";

    private long IdOffset { get; }

    /// <summary>Returns id · 65536, wrapped as in the released code's id tensor.</summary>
    private protected abstract long Scale(long id);

    private protected override SinkSet AllocateCore(long sourceIndex)
    {
        var scaledId = Scale(sourceIndex + IdOffset);
        var active = ArrayPool<int>.Shared.Rent(PoolWidth);
        try
        {
            var count = 0;
            for (var j = 0; j < _factors.Length; j++)
            {
                var hash = FlooredRemainder(unchecked(scaledId * _factors[j]));
                if ((float)hash / (float)Modulus < _probability)
                    active[count++] = j;
            }

            return SinkSet.FromAscending(active.AsSpan(0, count));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(active);
        }
    }

    private static long FlooredRemainder(long number)
    {
        var remainder = number % Modulus;
        return remainder < 0 ? remainder + Modulus : remainder;
    }
}
