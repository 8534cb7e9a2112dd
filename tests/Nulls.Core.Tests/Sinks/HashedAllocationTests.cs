using Nulls.Sinks;

namespace Nulls.Tests.Sinks;

public class HashedAllocationTests
{
    // From a restatement in Python with integers of any size (Sinks/hashed_oracle.py).
    [Theory]
    [InlineData(1016, 8, 0, 0, new[] { 26, 107, 176, 331, 435, 783, 891, 982 })]
    [InlineData(1016, 8, 0, 1, new[] { 188, 204, 376, 443, 462, 604, 756, 965 })]
    [InlineData(1016, 8, -7, 123_456_789_012, new[] { 52, 300, 435, 730, 736, 773, 946, 958 })]
    [InlineData(65, 3, 1, 2, new[] { 20, 24, 35 })]
    public void The_sinks_are_those_of_an_independent_restatement(int poolWidth, int sinksPerSource, int seed, long index, int[] sinks) =>
        Assert.Equal(sinks, SinkAllocation.Hashed(poolWidth, sinksPerSource, seed).Allocate(index).Indices.ToArray());

    [Fact]
    public void A_source_can_have_the_whole_pool() =>
        Assert.Equal(Enumerable.Range(0, 10), SinkAllocation.Hashed(10, 10, seed: 3).Allocate(5).Indices.ToArray());

    [Fact]
    public void Another_seed_gives_other_sinks() =>
        Assert.NotEqual(SinkAllocation.Hashed(1016, 8, seed: 0).Allocate(4), SinkAllocation.Hashed(1016, 8, seed: 1).Allocate(4));

    [Fact]
    public void Every_sink_is_drawn_equally_often()
    {
        const int Sources = 40_000, Pool = 100, SinksPerSource = 10;
        var allocation = SinkAllocation.Hashed(Pool, SinksPerSource, seed: 11);
        var uses = new int[Pool];
        for (var i = 0; i < Sources; i++)
        {
            foreach (var sink in allocation.Allocate(i))
                uses[sink]++;
        }

        // Binomial: mean 4,000, standard deviation 60. Five of those leave one failure in 20,000 sets of 100 counts.
        Assert.All(uses, count => Assert.InRange(count, 3_700, 4_300));
    }

    [Fact]
    public void The_mean_overlap_of_two_sources_is_that_of_chance()
    {
        var allocation = SinkAllocation.Hashed(1024, 32, seed: 0);
        var overlap = Enumerable.Range(0, 20_000).Average(i => allocation.Allocate(2 * i).Overlap(allocation.Allocate(2 * i + 1)));

        // Hypergeometric: mean 32 * 32 / 1024 = 1, standard deviation .96, of the mean .007.
        Assert.InRange(overlap, 0.96, 1.04);
    }
}
