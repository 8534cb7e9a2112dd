using Nulls.Sinks;

namespace Nulls.Tests.Sinks;

/// <summary>What holds for every allocation.</summary>
public class SinkAllocationTests
{
    public static TheoryData<SinkAllocationKind> Kinds => new(Enum.GetValues<SinkAllocationKind>());

    public static TheoryData<SinkAllocationKind> KindsWithExactCounts =>
        new(SinkAllocationKind.Coded, SinkAllocationKind.Hashed, SinkAllocationKind.Exclusive);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_allocation_says_which_rule_it_is(SinkAllocationKind kind) => Assert.Equal(kind, Make(kind).Kind);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sinks_lie_in_the_pool(SinkAllocationKind kind) => ForRandomSources(kind, (allocation, index) =>
    {
        var sinks = allocation.Allocate(index);
        Assert.True(sinks.Count == 0 || sinks.Indices[^1] < allocation.PoolWidth);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sinks_are_distinct_and_ascending(SinkAllocationKind kind) => ForRandomSources(kind, (allocation, index) =>
    {
        var sinks = allocation.Allocate(index).Indices.ToArray();
        Assert.Equal(sinks.Distinct().Order(), sinks);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Another_allocation_of_the_same_sizes_gives_the_same_sinks(SinkAllocationKind kind)
    {
        var other = Make(kind);
        ForRandomSources(kind, (allocation, index) => Assert.Equal(allocation.Allocate(index), other.Allocate(index)));
    }

    [Theory]
    [MemberData(nameof(KindsWithExactCounts))]
    public void Every_source_has_exactly_the_sinks_asked_for(SinkAllocationKind kind) =>
        ForRandomSources(kind, (allocation, index) => Assert.Equal(allocation.MaxSinksPerSource, allocation.Allocate(index).Count));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_negative_index_is_refused(SinkAllocationKind kind) =>
        Assert.Equal(-1L, Assert.Throws<ArgumentOutOfRangeException>(() => Make(kind).Allocate(-1)).ActualValue);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_last_source_of_the_capacity_is_served(SinkAllocationKind kind) =>
        Assert.NotNull(Make(kind).Allocate(Make(kind).Capacity - 1));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_index_at_the_capacity_is_refused_with_the_capacity(SinkAllocationKind kind)
    {
        var allocation = Make(kind);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => allocation.Allocate(allocation.Capacity));
        Assert.Contains($"{allocation.Capacity:N0}", error.Message);
    }

    [Theory]
    [MemberData(nameof(KindsWithExactCounts))]
    public void More_sinks_than_the_pool_are_refused(SinkAllocationKind kind) =>
        Assert.Equal(1017, Assert.Throws<ArgumentOutOfRangeException>(() => Make(kind, sinksPerSource: 1017)).ActualValue);

    [Theory]
    [MemberData(nameof(KindsWithExactCounts))]
    public void No_sinks_are_refused(SinkAllocationKind kind) =>
        Assert.Equal(0, Assert.Throws<ArgumentOutOfRangeException>(() => Make(kind, sinksPerSource: 0)).ActualValue);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_empty_pool_is_refused(SinkAllocationKind kind) =>
        Assert.Equal(0, Assert.Throws<ArgumentOutOfRangeException>(() => Make(kind, poolWidth: 0)).ActualValue);

    private static SinkAllocation Make(SinkAllocationKind kind, int poolWidth = 8 * 127, int sinksPerSource = 8) => kind switch
    {
        SinkAllocationKind.Coded => SinkAllocation.Coded(poolWidth, sinksPerSource, degree: 2),
        SinkAllocationKind.Hashed => SinkAllocation.Hashed(poolWidth, sinksPerSource, seed: 5),
        SinkAllocationKind.Exclusive => SinkAllocation.Exclusive(poolWidth, sinksPerSource),
        SinkAllocationKind.Published32 => SinkAllocation.Published(poolWidth, 0.013, idBits: 32, idOffset: 49_152),
        SinkAllocationKind.Published64 => SinkAllocation.Published(poolWidth, 0.013, idBits: 64, idOffset: 49_152),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static void ForRandomSources(SinkAllocationKind kind, Action<SinkAllocation, long> check)
    {
        var allocation = Make(kind);
        var random = new Random(7);
        for (var round = 0; round < 2_000; round++)
            check(allocation, random.NextInt64(allocation.Capacity));
    }
}
