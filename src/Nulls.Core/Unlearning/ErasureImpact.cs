using Nulls.Sinks;

namespace Nulls.Unlearning;

/// <summary>What erasing sources takes from the others: the sinks that they share. Counted, not estimated, from the allocation alone.</summary>
/// <remarks>
/// Erasing zeroes every sink of the erased sources, in every layer, for whoever else owns it. Zeroing only what nobody else owns would
/// leave the knowledge. Unlearning without erasing costs the others nothing. What the loss means for the survivors' texts must be
/// measured on texts: at small scale, survivors that lost 4 % of their sinks answered .992 of questions instead of .996, and 15 %, .95.
/// </remarks>
public sealed record ErasureImpact
{
    private const int MostNamed = 10;

    private ErasureImpact()
    {
    }

    /// <summary>Gets the number of sources to erase.</summary>
    public required long ErasedCount { get; init; }

    /// <summary>Gets the number of distinct sinks, of each layer, that are zeroed; those of earlier erasures not counted again.</summary>
    public required int ZeroedSinkCount { get; init; }

    /// <summary>Gets the share of the pool that is dead afterwards, earlier erasures included. From 0 to 1.</summary>
    public required double DeadShare { get; init; }

    /// <summary>Gets the share of the pool that would be dead if sinks were drawn at random: 1 - (1 - k/pool)^E for E erased sources in all.</summary>
    public required double ExpectedDeadShare { get; init; }

    /// <summary>Gets the number of surviving sources that were looked at.</summary>
    public required long SurvivorCount { get; init; }

    /// <summary>Gets how many of them lose a sink by this erasure.</summary>
    public required long AffectedCount { get; init; }

    /// <summary>Gets the mean share of a survivor's sinks that this erasure takes. From 0 to 1.</summary>
    public required double MeanShareLost { get; init; }

    /// <summary>Gets the greatest share of a survivor's sinks that this erasure takes. From 0 to 1.</summary>
    public required double GreatestShareLost { get; init; }

    /// <summary>Gets the survivors, by index, that lose most, and how many of their sinks; at most ten, those that lose most first.</summary>
    public required IReadOnlyList<(int SourceIndex, int SinksLost)> MostAffected { get; init; }

    /// <summary>Counts what an erasure would take.</summary>
    /// <param name="allocation">Which sinks each source has.</param>
    /// <param name="sourceCount">The number of sources.</param>
    /// <param name="erased">The indices of the sources to erase.</param>
    /// <param name="erasedBefore">Says whether a source, by index, was erased earlier: its sinks are dead already.</param>
    /// <param name="cancellationToken">Checked now and then; millions of survivors take seconds.</param>
    internal static ErasureImpact Of(
        SinkAllocation allocation, int sourceCount, IReadOnlySet<int> erased, Func<int, bool> erasedBefore, CancellationToken cancellationToken = default)
    {
        var isDead = new bool[allocation.PoolWidth];
        var before = Enumerable.Range(0, sourceCount).Where(erasedBefore).ToArray();
        foreach (var index in before)
            Mark(isDead, allocation.Allocate(index));
        var isZeroed = new bool[allocation.PoolWidth];
        var ownedCount = 0L;
        foreach (var index in erased)
        {
            var sinks = allocation.Allocate(index);
            ownedCount += sinks.Count;
            Mark(isZeroed, sinks);
        }

        for (var sink = 0; sink < isZeroed.Length; sink++)
            isZeroed[sink] &= !isDead[sink];

        var (survivors, affected, shares, greatest) = (0L, 0L, 0.0, 0.0);
        var most = new PriorityQueue<(int, int), (int, int)>();
        for (var index = 0; index < sourceCount; index++)
        {
            if (index % 65_536 == 0)
                cancellationToken.ThrowIfCancellationRequested();
            if (erased.Contains(index) || erasedBefore(index))
                continue;

            survivors++;
            var sinks = allocation.Allocate(index);
            var lost = 0;
            foreach (var sink in sinks)
                lost += isZeroed[sink] ? 1 : 0;
            if (lost == 0)
                continue;

            affected++;
            var share = (double)lost / sinks.Count;
            shares += share;
            greatest = Math.Max(greatest, share);
            // Of equals the lower index stays: a queue that drops its least drops the highest first.
            most.Enqueue((index, lost), (lost, -index));
            if (most.Count > MostNamed)
                most.Dequeue();
        }

        var named = new List<(int, int)>();
        while (most.TryDequeue(out var entry, out _))
            named.Insert(0, entry);

        var zeroed = isZeroed.Count(sink => sink);
        var perSource = erased.Count == 0 ? 0 : (double)ownedCount / erased.Count / allocation.PoolWidth;
        return new ErasureImpact
        {
            ErasedCount = erased.Count,
            ZeroedSinkCount = zeroed,
            DeadShare = (double)(zeroed + isDead.Count(sink => sink)) / allocation.PoolWidth,
            ExpectedDeadShare = 1 - Math.Pow(1 - perSource, erased.Count + before.Length),
            SurvivorCount = survivors,
            AffectedCount = affected,
            MeanShareLost = survivors == 0 ? 0 : shares / survivors,
            GreatestShareLost = greatest,
            MostAffected = named,
        };
    }

    private static void Mark(bool[] sinks, SinkSet marked)
    {
        foreach (var sink in marked)
            sinks[sink] = true;
    }
}
