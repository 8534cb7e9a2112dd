namespace Nulls.Sinks;

/// <summary>The published hash on 32-bit ids.</summary>
internal sealed class Published32Allocation(int poolWidth, double probability, long idOffset)
    : PublishedAllocation(poolWidth, probability, idOffset, int.MaxValue)
{
    public override SinkAllocationKind Kind => SinkAllocationKind.Published32;

    // The released pipeline multiplies in 32 bits: ids equal modulo 65,536 get one mask, and multiples of 65,536 turn every sink on.
    private protected override long Scale(long id) => unchecked((int)id * 65536);
}
