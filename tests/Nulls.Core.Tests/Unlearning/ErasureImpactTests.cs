using Nulls.Sinks;
using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

public class ErasureImpactTests
{
    private static readonly SinkAllocation Coded = SinkAllocation.Coded(poolWidth: 8 * 127, sinksPerSource: 8, degree: 2);

    [Fact]
    public void Sinks_lost_are_those_that_a_naive_count_finds()
    {
        HashSet<int> erased = [3, 130, 131, 900];
        var impact = ErasureImpact.Of(Coded, 1000, erased, _ => false);

        var dead = erased.SelectMany(index => Coded.Allocate(index).Indices.ToArray()).ToHashSet();
        var lost = Enumerable.Range(0, 1000).Where(index => !erased.Contains(index))
            .Select(index => (Index: index, Lost: Coded.Allocate(index).Indices.ToArray().Count(dead.Contains))).ToArray();
        Assert.Equal((4, dead.Count, 996), (impact.ErasedCount, impact.ZeroedSinkCount, impact.SurvivorCount));
        Assert.Equal(lost.Count(survivor => survivor.Lost > 0), impact.AffectedCount);
        Assert.Equal(lost.Average(survivor => survivor.Lost / 8.0), impact.MeanShareLost, 12);
        Assert.Equal(lost.Max(survivor => survivor.Lost) / 8.0, impact.GreatestShareLost);
        Assert.Equal(lost.OrderByDescending(survivor => survivor.Lost).ThenBy(survivor => survivor.Index).Take(10), impact.MostAffected);
        Assert.Equal((double)dead.Count / Coded.PoolWidth, impact.DeadShare);
    }

    [Fact]
    public void The_dead_share_of_random_masks_is_near_the_formula()
    {
        var allocation = SinkAllocation.Hashed(1024, 8, seed: 5);
        var impact = ErasureImpact.Of(allocation, 200, Enumerable.Range(0, 60).ToHashSet(), _ => false);
        Assert.Equal(1 - Math.Pow(1 - (8.0 / 1024), 60), impact.ExpectedDeadShare, 12);
        Assert.InRange(impact.DeadShare, impact.ExpectedDeadShare - .03, impact.ExpectedDeadShare + .03);
    }

    [Fact]
    public void Sinks_of_earlier_erasures_are_dead_already()
    {
        var both = ErasureImpact.Of(Coded, 1000, new HashSet<int> { 3, 130 }, _ => false);
        var first = ErasureImpact.Of(Coded, 1000, new HashSet<int> { 3 }, _ => false);
        var second = ErasureImpact.Of(Coded, 1000, new HashSet<int> { 130 }, index => index == 3);
        Assert.Equal(both.ZeroedSinkCount, first.ZeroedSinkCount + second.ZeroedSinkCount);
        Assert.Equal((both.DeadShare, both.SurvivorCount), (second.DeadShare, second.SurvivorCount));
    }

    [Fact]
    public void Exclusive_sources_cost_nobody_anything()
    {
        var impact = ErasureImpact.Of(SinkAllocation.Exclusive(800, 8), 100, Enumerable.Range(0, 50).ToHashSet(), _ => false);
        Assert.Equal((0L, 0.0, 0.0, 400), (impact.AffectedCount, impact.MeanShareLost, impact.GreatestShareLost, impact.ZeroedSinkCount));
        Assert.Empty(impact.MostAffected);
    }

    [Fact]
    public void Erasing_all_leaves_no_survivor()
    {
        var impact = ErasureImpact.Of(Coded, 5, Enumerable.Range(0, 5).ToHashSet(), _ => false);
        Assert.Equal((0L, 0.0), (impact.SurvivorCount, impact.MeanShareLost));
    }

    [Fact]
    public void A_count_over_many_survivors_can_be_cancelled() => Assert.Throws<OperationCanceledException>(
        () => ErasureImpact.Of(Coded, 10_000, new HashSet<int> { 1 }, _ => false, new CancellationToken(canceled: true)));
}
