using System.Text.Json;
using Nulls.Sinks;
using Nulls.Tests.Support;

namespace Nulls.Tests.Sinks;

public class PublishedAllocationTests
{
    [FactNeedingGolden("masks.json")]
    public void Golden_masks_of_32_bit_ids_are_reproduced_sink_by_sink() => CompareWithGoldenMasks(idBits: 32);

    [FactNeedingGolden("masks.json")]
    public void Golden_masks_of_64_bit_ids_are_reproduced_sink_by_sink() => CompareWithGoldenMasks(idBits: 64);

    [Theory]
    [InlineData(0)]
    [InlineData(65_536)]
    [InlineData(49_152L * 65_536 / 2)]
    public void In_32_bits_multiples_of_65536_turn_every_sink_on(long id) =>
        Assert.Equal(500, SinkAllocation.Published(500, 0.013, idBits: 32, idOffset: 0).Allocate(id).Count);

    [Fact]
    public void In_64_bits_only_id_0_turns_every_sink_on()
    {
        var allocation = SinkAllocation.Published(500, 0.013, idBits: 64, idOffset: 0);
        Assert.Equal((500, false), (allocation.Allocate(0).Count, allocation.Allocate(65_536).Count == 500));
    }

    [Fact]
    public void In_32_bits_ids_equal_modulo_65536_have_the_same_sinks()
    {
        var allocation = SinkAllocation.Published(2048, 0.1, idBits: 32, idOffset: 49_152);
        for (var i = 1; i < 200; i++)
            Assert.Equal(allocation.Allocate(i), allocation.Allocate(i + 65_536 * (i % 90 + 1)));
    }

    [Fact]
    public void In_64_bits_ids_equal_modulo_65536_have_other_sinks()
    {
        var allocation = SinkAllocation.Published(2048, 0.1, idBits: 64, idOffset: 49_152);
        for (var i = 1; i < 200; i++)
            Assert.NotEqual(allocation.Allocate(i), allocation.Allocate(i + 65_536));
    }

    [Fact]
    public void The_offset_is_added_to_the_index() => Assert.Equal(
        SinkAllocation.Published(2048, 0.1, idBits: 32, idOffset: 0).Allocate(49_152 + 77),
        SinkAllocation.Published(2048, 0.1, idBits: 32, idOffset: 49_152).Allocate(77));

    [Fact]
    public void In_32_bits_the_last_id_is_the_largest_integer() =>
        Assert.Equal(int.MaxValue - 49_152 + 1L, SinkAllocation.Published(64, 0.1, idBits: 32, idOffset: 49_152).Capacity);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(1.01)]
    public void A_probability_that_is_none_is_refused(double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SinkAllocation.Published(64, probability, idBits: 32, idOffset: 0));

    [Theory]
    [InlineData(32, -1)]
    [InlineData(32, 1L << 31)]
    [InlineData(64, -1)]
    public void An_offset_that_gives_no_id_is_refused(int idBits, long idOffset) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SinkAllocation.Published(64, 0.1, idBits, idOffset));

    [Fact]
    public void Another_width_of_ids_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SinkAllocation.Published(64, 0.1, idBits: 16, idOffset: 0));

    private static void CompareWithGoldenMasks(int idBits)
    {
        using var masks = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryFolder.Golden, "masks.json")));
        var cases = masks.RootElement.EnumerateArray().Where(mask => mask.GetProperty("id_bits").GetInt32() == idBits).ToArray();
        Assert.NotEmpty(cases);
        Assert.All(cases, mask =>
        {
            var width = mask.GetProperty("neurons").GetInt32();
            var active = mask.GetProperty("active");
            var expected = active.ValueKind == JsonValueKind.String
                ? Enumerable.Range(0, width)
                : active.EnumerateArray().Select(index => index.GetInt32());
            var allocation = SinkAllocation.Published(width, mask.GetProperty("p_active").GetDouble(), idBits, idOffset: 0);
            Assert.Equal(expected, allocation.Allocate(mask.GetProperty("source_id").GetInt64()).Indices.ToArray());
        });
    }
}
