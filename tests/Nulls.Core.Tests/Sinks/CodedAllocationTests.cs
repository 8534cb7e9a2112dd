using Nulls.Model;
using Nulls.Sinks;

namespace Nulls.Tests.Sinks;

public class CodedAllocationTests
{
    // Pool width, sinks of a source, degree: small enough to compare all pairs of sources.
    public static TheoryData<int, int, int> SmallCodes => new()
    {
        { 2 * 1, 1, 1 }, { 2 * 2, 2, 1 }, { 2 * 2, 2, 2 }, { 3 * 2, 2, 2 }, { 5 * 3, 3, 2 }, { 5 * 5, 5, 3 }, { 7 * 4, 4, 3 },
        { 7 * 7, 7, 2 }, { 11 * 5, 5, 2 }, { 3 * 3, 3, 3 }, { 5 * 4, 4, 4 }, { 23 * 8, 8, 2 },
    };

    [Theory]
    [MemberData(nameof(SmallCodes))]
    public void Any_two_sources_of_a_small_code_share_at_most_the_bound(int poolWidth, int sinksPerSource, int degree)
    {
        var allocation = SinkAllocation.Coded(poolWidth, sinksPerSource, degree);
        var sources = Enumerable.Range(0, (int)allocation.Capacity).Select(i => allocation.Allocate(i)).ToArray();
        var worst = 0;
        for (var i = 0; i < sources.Length; i++)
        {
            for (var j = 0; j < i; j++)
                worst = Math.Max(worst, sources[i].Overlap(sources[j]));
        }

        // Equal, not only at most: in these codes some pair reaches the bound.
        Assert.Equal(allocation.MaxOverlap, worst);
    }

    [Theory]
    [MemberData(nameof(SmallCodes))]
    public void Every_source_of_a_small_code_has_one_sink_in_each_group(int poolWidth, int sinksPerSource, int degree)
    {
        var allocation = SinkAllocation.Coded(poolWidth, sinksPerSource, degree);
        var groupWidth = poolWidth / sinksPerSource;
        for (var i = 0; i < allocation.Capacity; i++)
        {
            var groups = allocation.Allocate(i).Indices.ToArray().Select(sink => sink / groupWidth);
            Assert.Equal(Enumerable.Range(0, sinksPerSource), groups);
        }
    }

    [Theory]
    [MemberData(nameof(SmallCodes))]
    public void A_full_small_code_uses_every_sink_equally(int poolWidth, int sinksPerSource, int degree)
    {
        var allocation = SinkAllocation.Coded(poolWidth, sinksPerSource, degree);
        var uses = new int[poolWidth];
        for (var i = 0; i < allocation.Capacity; i++)
        {
            foreach (var sink in allocation.Allocate(i))
                uses[sink]++;
        }

        Assert.All(uses, count => Assert.Equal(allocation.Capacity / (poolWidth / sinksPerSource), count));
    }

    [Fact]
    public void Sources_of_six_million_at_the_papers_sizes_have_masks_of_their_own_that_share_at_most_three_sinks()
    {
        const int SourceCount = 6_407_814;
        var config = NullsConfig.Paper1B.Resolve(vocabularySize: 1, SourceCount);
        var allocation = config.CreateAllocation();
        var random = new Random(1);
        long[] sources = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextInt64(SourceCount)).Distinct()];
        SinkSet[] masks = [.. sources.Select(allocation.Allocate)];

        Assert.Equal((4, 3), (config.AllocationDegree, allocation.MaxOverlap));
        Assert.Equal(sources.Length, masks.Distinct().Count());
        Assert.InRange(masks.Zip(masks.Skip(1), (left, right) => left.Overlap(right)).Max(), 1, 3);
    }

    [Fact]
    public void Random_pairs_of_the_largest_default_code_share_at_most_three_sinks()
    {
        var allocation = SinkAllocation.Coded(64 * 127, 64, degree: 4);
        var random = new Random(1);
        for (var round = 0; round < 50_000; round++)
        {
            long left = random.NextInt64(allocation.Capacity), right = random.NextInt64(allocation.Capacity);
            if (left != right)
                Assert.InRange(allocation.Allocate(left).Overlap(allocation.Allocate(right)), 0, 3);
        }
    }

    [Fact]
    public void Polynomials_built_to_agree_at_three_points_share_exactly_three_sinks()
    {
        // The digits of (x - 3)(x - 10)(x - 40) modulo 127, lowest first: at 3, 10 and 40 it agrees with index 0, elsewhere nowhere.
        const long Q = 127;
        long[] digits = [Modulo(-3 * 10 * 40, Q), Modulo(3 * 10 + 3 * 40 + 10 * 40, Q), Modulo(-(3 + 10 + 40), Q), 1];
        var index = digits[0] + Q * (digits[1] + Q * (digits[2] + Q * digits[3]));
        var allocation = SinkAllocation.Coded(64 * 127, 64, degree: 4);
        var shared = allocation.Allocate(0).Indices.ToArray().Intersect(allocation.Allocate(index).Indices.ToArray());
        Assert.Equal([3 * 127, 10 * 127, 40 * 127], shared);
    }

    [Fact]
    public void The_sinks_are_the_values_of_the_index_as_a_polynomial()
    {
        // 37 = 2 + 2 * 5 + 1 * 25: the polynomial 2 + 2 g + g^2 modulo 5 is 2, 0, 0, 2 at 0..3.
        Assert.Equal(SinkSet.Of(2, 5 + 0, 10 + 0, 15 + 2), SinkAllocation.Coded(20, 4, 3).Allocate(37));
    }

    [Fact]
    public void The_first_q_sources_share_nothing_whatever_the_degree()
    {
        var allocation = SinkAllocation.Coded(8 * 127, 8, degree: 5);
        var union = Enumerable.Range(0, 127).Aggregate(SinkSet.Empty, (all, i) => all.Union(allocation.Allocate(i)));
        Assert.Equal(127 * 8, union.Count);
    }

    [Fact]
    public void A_higher_degree_leaves_the_sinks_of_earlier_sources_as_they_are()
    {
        var (low, high) = (SinkAllocation.Coded(8 * 127, 8, degree: 2), SinkAllocation.Coded(8 * 127, 8, degree: 4));
        for (var i = 0; i < low.Capacity; i++)
            Assert.Equal(low.Allocate(i), high.Allocate(i));
    }

    [Fact]
    public void The_capacity_is_a_power_of_the_prime() =>
        Assert.Equal(127L * 127 * 127 * 127, SinkAllocation.Coded(64 * 127, 64, degree: 4).Capacity);

    [Fact]
    public void A_capacity_beyond_63_bits_saturates() =>
        Assert.Equal(long.MaxValue, SinkAllocation.Coded(64 * 127, 64, degree: 64).Capacity);

    [Fact]
    public void The_last_index_of_a_saturated_code_has_its_sinks() =>
        Assert.Equal(64, SinkAllocation.Coded(64 * 127, 64, degree: 64).Allocate(long.MaxValue - 1).Count);

    [Fact]
    public void The_widest_pool_of_two_groups_does_not_overflow()
    {
        // 1,073,741,789 is the largest prime below 2^30.
        var allocation = SinkAllocation.Coded(2 * 1_073_741_789, 2, degree: 2);
        Assert.Equal([1_073_741_788, 1_073_741_789 + 1_073_741_787], allocation.Allocate(allocation.Capacity - 1).Indices.ToArray());
    }

    [Theory]
    [InlineData(1000, 8, "904 (8 x 113)", "1016 (8 x 127)")]
    [InlineData(1001, 8, "904 (8 x 113)", "1016 (8 x 127)")]
    [InlineData(7692, 100, "10100 (100 x 101)", "The nearest width that fits is")]
    public void A_pool_that_is_not_groups_of_a_prime_is_refused_with_the_nearest_that_are(int poolWidth, int sinksPerSource, string below, string above)
    {
        var message = Assert.Throws<ArgumentException>(() => SinkAllocation.Coded(poolWidth, sinksPerSource, 2)).Message;
        Assert.Contains(below, message);
        Assert.Contains(above, message);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(121)]
    public void A_group_width_that_is_not_prime_is_refused(int groupWidth) =>
        Assert.Throws<ArgumentException>(() => SinkAllocation.Coded(groupWidth * 3, 3, 2));

    [Fact]
    public void A_prime_smaller_than_the_number_of_groups_is_refused() =>
        Assert.Throws<ArgumentException>(() => SinkAllocation.Coded(7 * 8, 8, 2));

    [Fact]
    public void More_sinks_than_no_pool_can_hold_in_prime_groups_are_refused() =>
        Assert.Contains("No pool fits", Assert.Throws<ArgumentException>(() => SinkAllocation.Coded(100_000, 50_000, 2)).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public void A_degree_outside_one_to_the_sinks_of_a_source_is_refused(int degree) =>
        Assert.Equal(degree, Assert.Throws<ArgumentOutOfRangeException>(() => SinkAllocation.Coded(8 * 127, 8, degree)).ActualValue);

    [Fact]
    public void A_configuration_of_one_sink_a_source_is_valid() =>
        Assert.Null(Record.Exception(new NullsConfig { SinkPoolWidth = 127, SinksPerSource = 1 }.Validate));

    private static long Modulo(long number, long modulus) => (number % modulus + modulus) % modulus;
}
