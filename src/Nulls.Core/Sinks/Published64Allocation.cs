namespace Nulls.Sinks;

/// <summary>The published hash on 64-bit ids.</summary>
internal sealed class Published64Allocation(int poolWidth, double probability, long idOffset)
    : PublishedAllocation(poolWidth, probability, idOffset, long.MaxValue)
{
    public override SinkAllocationKind Kind => SinkAllocationKind.Published64;

    // Only id 0 turns every sink on; ids equal modulo 2^48 get one mask.
    private protected override long Scale(long id) => unchecked(id * 65536);
}
