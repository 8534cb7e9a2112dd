using Nulls.Sources;

namespace Nulls.Tests.Sources;

public class SourceSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Sets_made_one_of_another_hold_what_a_hash_set_holds(int seed)
    {
        var random = new Random(seed);
        var (set, expected) = (SourceSet.Empty, new HashSet<int>());
        for (var step = 0; step < 300; step++)
        {
            int[] changed = [.. Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(20_000))];
            if (random.Next(2) == 0)
            {
                set = set.With(changed);
                expected.UnionWith(changed);
            }
            else
            {
                set = set.Without(changed);
                expected.ExceptWith(changed);
            }

            Assert.Equal(expected.Order(), set);
            Assert.Equal(expected.Count, set.Count);
            Assert.All(Enumerable.Range(0, 1_000), _ =>
            {
                var source = random.Next(25_000);
                Assert.Equal(expected.Contains(source), set.Contains(source));
            });
        }
    }

    [Fact]
    public void A_set_stays_as_it_was_when_others_are_made_of_it()
    {
        var set = SourceSet.Of([3, 4_096, 70_000]);
        _ = set.With([4, 4_097, 200_000]).Without([3]);
        _ = set.Without([3, 4_096, 70_000]);

        Assert.Equal([3, 4_096, 70_000], set);
    }

    [Fact]
    public void The_greatest_index_has_its_place() => Assert.True(SourceSet.Of([int.MaxValue]).Contains(int.MaxValue));

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void An_index_beyond_all_is_not_in_a_set(int source) => Assert.False(SourceSet.Of([5]).Contains(source));

    [Fact]
    public void Naming_what_is_in_already_makes_no_other_set()
    {
        var set = SourceSet.Of([1, 2]);
        Assert.Same(set, set.With([2, 1]).Without([7]));
    }

    [Fact]
    public void A_negative_index_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => SourceSet.Empty.With([-1]));

    [Fact]
    public void One_more_of_six_million_copies_a_few_kilobytes_whatever_the_set_holds()
    {
        var set = SourceSet.Of(Enumerable.Range(0, 100_000).Select(i => i * 64));
        int[] one = [6_407_813];
        _ = set.With(one);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = set.With(one);

        // 1,565 references and a page of 512 bytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 40_000);
    }
}
