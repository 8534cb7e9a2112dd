namespace Nulls.Sinks;

/// <summary>The rule that gives every source its sinks. The same source has the same sinks in every layer, on every machine, for ever.</summary>
/// <remarks>
/// A source is known by its index: its place in the order in which sources were first seen. Immutable and thread-safe; needs
/// next to no memory, because sinks are computed when asked for.
/// </remarks>
public abstract class SinkAllocation
{
    private protected SinkAllocation(int poolWidth)
    {
        if (poolWidth < 1)
            throw new ArgumentOutOfRangeException(nameof(poolWidth), poolWidth, "The pool must hold 1 sink or more.");
        PoolWidth = poolWidth;
    }

    /// <summary>Gets which rule this is.</summary>
    public abstract SinkAllocationKind Kind { get; }

    /// <summary>Gets the number of sinks in the pool of each layer.</summary>
    public int PoolWidth { get; }

    /// <summary>Gets how many sources the rule can serve: indices run from 0 to one less. <see cref="long.MaxValue"/> stands for that many or more.</summary>
    public abstract long Capacity { get; }

    /// <summary>Gets the most sinks that a source has in each layer, or null when only the pool bounds it.</summary>
    public abstract int? MaxSinksPerSource { get; }

    /// <summary>Gets the most sinks that two different sources share, or null when nothing bounds it.</summary>
    public abstract int? MaxOverlap { get; }

    /// <summary>Makes the Reed-Solomon allocation: exactly k sinks a source, any two sources share at most t - 1, up to q^t sources.</summary>
    /// <param name="poolWidth">The number of sinks in the pool: q times k, where q is a prime of at least k.</param>
    /// <param name="sinksPerSource">The number k of sinks of a source; from 1 to <paramref name="poolWidth"/>.</param>
    /// <param name="degree">The number t of coefficients; from 1 to <paramref name="sinksPerSource"/>. A higher degree serves more sources and leaves the sinks of those that a lower one serves as they are.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    /// <exception cref="ArgumentException">The pool is not k times a prime of at least k. The message gives the nearest widths that are.</exception>
    public static SinkAllocation Coded(int poolWidth, int sinksPerSource, int degree) => new CodedAllocation(poolWidth, sinksPerSource, degree);

    /// <summary>Makes the allocation of exactly k sinks drawn by a hash; the overlap of two sources is small on average and has no bound.</summary>
    /// <param name="poolWidth">The number of sinks in the pool.</param>
    /// <param name="sinksPerSource">The number k of sinks of a source; from 1 to <paramref name="poolWidth"/>.</param>
    /// <param name="seed">Any number. Another seed gives every source other sinks.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static SinkAllocation Hashed(int poolWidth, int sinksPerSource, int seed) => new HashedAllocation(poolWidth, sinksPerSource, seed);

    /// <summary>Makes the allocation of disjoint blocks of k neighbouring sinks: no two sources share any, and there are only pool / k sources.</summary>
    /// <param name="poolWidth">The number of sinks in the pool. What is left over when k does not divide it is never used.</param>
    /// <param name="sinksPerSource">The number k of sinks of a source; from 1 to <paramref name="poolWidth"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static SinkAllocation Exclusive(int poolWidth, int sinksPerSource) => new ExclusiveAllocation(poolWidth, sinksPerSource);

    /// <summary>Makes the hash of the released code, bit for bit. For imported models only.</summary>
    /// <param name="poolWidth">The number of sinks in the pool.</param>
    /// <param name="probability">The share of the pool that is on for a source, p_mem; more than 0 and at most 1. The number of sinks varies by source.</param>
    /// <param name="idBits">The width of the released code's id tensor: 32 or 64. With 32, ids equal modulo 65,536 have the same sinks.</param>
    /// <param name="idOffset">What is added to a source's index to give its id; 0 or more, and in 32 bits less than 2^31. The vocabulary size in the released model.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range, or NaN.</exception>
    public static SinkAllocation Published(int poolWidth, double probability, int idBits, long idOffset) => idBits switch
    {
        32 => new Published32Allocation(poolWidth, probability, idOffset),
        64 => new Published64Allocation(poolWidth, probability, idOffset),
        _ => throw new ArgumentOutOfRangeException(nameof(idBits), idBits, "The published hash exists for ids of 32 and of 64 bits."),
    };

    /// <summary>Returns the sinks of a source.</summary>
    /// <param name="sourceIndex">The source's index, from 0 to one less than <see cref="Capacity"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or not below <see cref="Capacity"/>.</exception>
    public SinkSet Allocate(long sourceIndex)
    {
        if (sourceIndex < 0)
            throw new ArgumentOutOfRangeException(nameof(sourceIndex), sourceIndex, "A source's index must be 0 or more.");
        if (sourceIndex >= Capacity)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sourceIndex), sourceIndex,
                $"The pool of {PoolWidth:N0} sinks serves {Capacity:N0} sources ({Kind}), so a source's index must be below that. {RemedyWhenFull}");
        }

        return AllocateCore(sourceIndex);
    }

    /// <summary>Returns the sinks that any of some sources has.</summary>
    internal SinkSet AllocateAll(IEnumerable<int> sourceIndices)
    {
        var isOwned = new bool[PoolWidth];
        foreach (var source in sourceIndices)
        {
            foreach (var sink in Allocate(source))
                isOwned[sink] = true;
        }

        return SinkSet.Of([.. Enumerable.Range(0, PoolWidth).Where(sink => isOwned[sink])]);
    }

    /// <summary>Gets the sentence that tells how to serve more sources.</summary>
    private protected virtual string RemedyWhenFull => "Enlarge the pool.";

    /// <summary>Returns the sinks of a source whose index is known to be in range.</summary>
    private protected abstract SinkSet AllocateCore(long sourceIndex);

    private protected static void RequireSinksFitPool(int sinksPerSource, int poolWidth)
    {
        if (sinksPerSource < 1)
            throw new ArgumentOutOfRangeException(nameof(sinksPerSource), sinksPerSource, "A source must have 1 sink or more.");
        if (sinksPerSource > poolWidth)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sinksPerSource), sinksPerSource,
                $"A source's sinks are part of the pool, so there cannot be more than its {poolWidth:N0}. Give fewer sinks to a source, or enlarge the pool.");
        }
    }
}
