using Nulls.Sinks;

namespace Nulls.Tests.Sinks;

public class ExclusiveAllocationTests
{
    [Fact]
    public void Sources_take_neighbouring_blocks() =>
        Assert.Equal(SinkSet.Of(8, 9, 10, 11), SinkAllocation.Exclusive(17, 4).Allocate(2));

    [Fact]
    public void No_two_sources_share_a_sink()
    {
        var allocation = SinkAllocation.Exclusive(1016, 8);
        var union = Enumerable.Range(0, 127).Aggregate(SinkSet.Empty, (all, i) => all.Union(allocation.Allocate(i)));
        Assert.Equal(127 * 8, union.Count);
    }

    [Fact]
    public void There_are_as_many_sources_as_whole_blocks() => Assert.Equal(4, SinkAllocation.Exclusive(17, 4).Capacity);
}
