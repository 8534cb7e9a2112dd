using Nulls.Sinks;

namespace Nulls.Tests.Sinks;

public class SinkSetTests
{
    [Fact]
    public void Indices_given_in_any_order_and_twice_are_held_once_and_ascending() =>
        Assert.Equal([1, 4, 9], SinkSet.Of(9, 1, 4, 1, 9).Indices.ToArray());

    [Fact]
    public void A_negative_index_is_refused() =>
        Assert.Equal(-3, Assert.Throws<ArgumentOutOfRangeException>(() => SinkSet.Of(2, -3)).ActualValue);

    [Fact]
    public void The_empty_set_has_no_sinks() => Assert.Equal(0, SinkSet.Empty.Count);

    [Fact]
    public void Sets_of_the_same_sinks_are_equal() => Assert.Equal(SinkSet.Of(5, 2), SinkSet.Of(2, 5));

    [Fact]
    public void Sets_of_the_same_sinks_have_one_hash_code() =>
        Assert.Equal(SinkSet.Of(5, 2).GetHashCode(), SinkSet.Of(2, 5).GetHashCode());

    [Fact]
    public void Sets_of_other_sinks_differ() => Assert.NotEqual(SinkSet.Of(5, 2), SinkSet.Of(5, 3));

    [Fact]
    public void The_array_given_can_change_without_changing_the_set()
    {
        int[] indices = [1, 2];
        var set = SinkSet.Of(indices);
        indices[0] = 7;
        Assert.Equal(SinkSet.Of(1, 2), set);
    }

    [Fact]
    public void A_set_holds_the_largest_integer() =>
        Assert.Equal(SinkSet.Of(0, int.MaxValue), SinkSet.Of(int.MaxValue).Union(SinkSet.Of(0, int.MaxValue)));

    [Fact]
    public void A_set_reads_as_its_sinks() => Assert.Equal("{3, 17, 254}", SinkSet.Of(254, 3, 17).ToString());

    [Fact]
    public void Contains_agrees_with_a_hash_set() =>
        ForRandomPairs((left, _, leftOracle, _) =>
            Assert.All(Enumerable.Range(-1, 52), index => Assert.Equal(leftOracle.Contains(index), left.Contains(index))));

    [Fact]
    public void Overlap_agrees_with_a_hash_set() =>
        ForRandomPairs((left, right, leftOracle, rightOracle) =>
            Assert.Equal(leftOracle.Intersect(rightOracle).Count(), left.Overlap(right)));

    [Fact]
    public void Union_agrees_with_a_hash_set() =>
        ForRandomPairs((left, right, leftOracle, rightOracle) =>
            Assert.Equal(leftOracle.Union(rightOracle).Order(), left.Union(right).Indices.ToArray()));

    [Fact]
    public void Except_agrees_with_a_hash_set() =>
        ForRandomPairs((left, right, leftOracle, rightOracle) =>
            Assert.Equal(leftOracle.Except(rightOracle).Order(), left.Except(right).Indices.ToArray()));

    private static void ForRandomPairs(Action<SinkSet, SinkSet, HashSet<int>, HashSet<int>> check)
    {
        var random = new Random(20260613);
        for (var round = 0; round < 1_000; round++)
        {
            var (left, right) = (Draw(random), Draw(random));
            check(SinkSet.Of(left), SinkSet.Of(right), [.. left], [.. right]);
        }
    }

    private static int[] Draw(Random random) => [.. Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(50))];
}
