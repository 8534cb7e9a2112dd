using Nulls.Text;

namespace Nulls.Tests.Text;

public class RandomPermutationTests
{
    [Fact]
    public void Every_number_comes_once()
    {
        int[] counts = [.. Enumerable.Range(1, 300), 1 << 10, (1 << 10) + 1, (1 << 12) - 1, 65_536, 65_537, 200_003];
        foreach (var count in counts)
            Assert.Equal(Enumerable.Range(0, count), Order(count, key: (ulong)count).Order());
    }

    [Fact]
    public void The_largest_count_stays_in_range()
    {
        var order = new RandomPermutation(int.MaxValue, key: 1);
        Assert.Equal(10_000, Enumerable.Range(int.MaxValue - 10_000, 10_000).Select(place => order[place]).Where(number => number >= 0).Distinct().Count());
    }

    [Fact]
    public void Every_key_gives_another_order() =>
        Assert.Equal(200, Enumerable.Range(0, 200).Select(key => string.Join(' ', Order(50, (ulong)key))).Distinct().Count());

    [Fact]
    public void Every_number_comes_to_every_place_equally_often()
    {
        const int Keys = 14_000;
        foreach (var place in new[] { 0, 3, 6 })
        {
            var counts = Enumerable.Range(0, Keys).GroupBy(key => Order(7, SplitMix64.Mix((ulong)key))[place]).Select(group => group.Count()).ToArray();
            Assert.Equal(7, counts.Length);
            // 2,000 each, with a standard deviation of 41.
            Assert.All(counts, count => Assert.InRange(count, 1800, 2200));
        }
    }

    [Fact]
    public void Neighbours_are_torn_apart()
    {
        var order = Order(10_000, key: 5);
        var steps = Enumerable.Range(1, 9999).Average(place => Math.Abs(order[place] - (double)order[place - 1]));
        // A third of the count for a uniform order, with a standard deviation below 30.
        Assert.InRange(steps, 3200, 3470);
    }

    private static int[] Order(int count, ulong key)
    {
        var order = new RandomPermutation(count, key);
        return [.. Enumerable.Range(0, count).Select(place => order[place])];
    }
}
