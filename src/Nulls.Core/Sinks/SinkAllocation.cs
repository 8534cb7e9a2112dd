namespace Nulls.Sinks;

/// <summary>STUB, replaced by the real one.</summary>
public abstract class SinkAllocation
{
    public abstract SinkAllocationKind Kind { get; }
    public abstract int PoolWidth { get; }
    public abstract long Capacity { get; }
    public abstract SinkSet Allocate(long sourceIndex);
    public static SinkAllocation Coded(int poolWidth, int sinksPerSource, int degree) => throw new NotImplementedException();
    public static SinkAllocation Hashed(int poolWidth, int sinksPerSource, int seed) => throw new NotImplementedException();
    public static SinkAllocation Exclusive(int poolWidth, int sinksPerSource) => throw new NotImplementedException();
    public static SinkAllocation Published(int poolWidth, double probability, int idBits, long idOffset) => throw new NotImplementedException();
}
