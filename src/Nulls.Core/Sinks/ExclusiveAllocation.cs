namespace Nulls.Sinks;

/// <summary>Source i has the sinks i k to i k + k - 1.</summary>
internal sealed class ExclusiveAllocation : SinkAllocation
{
    private readonly int _sinksPerSource;

    public ExclusiveAllocation(int poolWidth, int sinksPerSource)
        : base(poolWidth)
    {
        RequireSinksFitPool(sinksPerSource, poolWidth);
        _sinksPerSource = sinksPerSource;
    }

    public override SinkAllocationKind Kind => SinkAllocationKind.Exclusive;

    public override long Capacity => PoolWidth / _sinksPerSource;

    public override int? MaxSinksPerSource => _sinksPerSource;

    public override int? MaxOverlap => 0;

    private protected override string RemedyWhenFull =>
        "Enlarge the pool, give fewer sinks to a source, or choose the coded allocation, which serves many more.";

    private protected override SinkSet AllocateCore(long sourceIndex)
    {
        var sinks = new int[_sinksPerSource];
        for (var i = 0; i < sinks.Length; i++)
            sinks[i] = (int)sourceIndex * _sinksPerSource + i;
        return SinkSet.Owning(sinks);
    }
}
