using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nulls.Sources;
using Nulls.Tests.Support;

namespace Nulls.Tests.Sources;

public class SourceRegistryFileTests
{
    [Fact]
    public void A_registry_comes_back_as_it_was() => ForRandomRegistries((registry, _) =>
    {
        var loaded = Load(Save(registry));
        Assert.Equal(Describe(registry), Describe(loaded));
    });

    [Fact]
    public void Every_key_is_found_again_in_a_loaded_registry() => ForRandomRegistries((registry, keys) =>
    {
        var loaded = Load(Save(registry));
        for (var i = 0; i < keys.Length; i++)
            Assert.Equal((true, i), (loaded.TryGetIndex(keys[i], out var index), index));
    });

    [Fact]
    public void Sources_are_added_to_a_loaded_registry_where_it_ended()
    {
        var loaded = Load(Save(WithKeys("a", "b")));
        Assert.Equal((2, 1), (loaded.GetOrAdd("c"), loaded.GetOrAdd("b")));
    }

    [Fact]
    public void Saving_what_was_loaded_gives_the_same_bytes()
    {
        var bytes = Save(WithKeys("a", "b"));
        Assert.Equal(bytes, Save(Load(bytes)));
    }

    [Fact]
    public void The_stream_stands_behind_the_registry_after_loading()
    {
        using var stream = new MemoryStream([.. Save(WithKeys("a", "b")), 77]);
        SourceRegistry.Load(stream);
        Assert.Equal(77, stream.ReadByte());
    }

    [Fact]
    public void A_stream_that_gives_one_byte_at_a_time_is_read()
    {
        using var stream = new OneWayStream(Save(WithKeys("a", "b")), bytesAtATime: 1);
        Assert.Equal("b", SourceRegistry.Load(stream).GetKey(1));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    public void The_text_of_a_key_is_not_in_the_file_of_a_registry_that_keeps_none(string encoding)
    {
        var registry = new SourceRegistry();
        registry.GetOrAdd("Ada Lovelace");
        Assert.False(Holds(Save(registry), Encoding.GetEncoding(encoding).GetBytes("Ada Lovelace")));
    }

    [Fact]
    public void The_text_of_a_kept_key_is_in_the_file() =>
        Assert.True(Holds(Save(WithKeys("Ada Lovelace")), "Ada Lovelace"u8));

    [Fact]
    public void The_text_of_a_withheld_key_is_not_in_the_file() =>
        Assert.False(Holds(Save(WithKeys("Ada Lovelace", "Bab"), withholdKey: index => index == 0), "Lovelace"u8));

    [Fact]
    public void A_withheld_key_still_finds_its_source() =>
        Assert.True(Load(Save(WithKeys("Ada", "Bab"), withholdKey: index => index == 0)).TryGetIndex("Ada", out _));

    [Fact]
    public void A_withheld_key_is_null_after_loading() =>
        Assert.Null(Load(Save(WithKeys("Ada", "Bab"), withholdKey: index => index == 0)).GetKeyOrNull(0));

    [Fact]
    public void Asking_for_a_withheld_key_says_that_it_was_withheld() => Assert.Contains("withheld", Assert.Throws<InvalidOperationException>(
        () => Load(Save(WithKeys("Ada", "Bab"), withholdKey: index => index == 0)).GetKey(0)).Message);

    [Fact]
    public void The_other_keys_are_listed_when_one_is_withheld() =>
        Assert.Equal("Bab", Load(Save(WithKeys("Ada", "Bab"), withholdKey: index => index == 0)).GetKey(1));

    [Fact]
    public void A_withheld_key_stays_withheld_when_saved_again() =>
        Assert.Null(Load(Save(Load(Save(WithKeys("Ada"), withholdKey: _ => true)))).GetKeyOrNull(0));

    [Fact]
    public void Neither_key_nor_id_of_an_erased_source_is_in_the_file()
    {
        var registry = WithKeys("Ada Lovelace", "Bab");
        var id = BitConverter.GetBytes(registry.GetId(0).Value);
        Assert.True(Holds(Save(registry), id));
        var erased = Save(registry.Without(index => index == 0));
        Assert.False(Holds(erased, id) || Holds(erased, "Lovelace"u8));
    }

    [Fact]
    public void An_erased_source_is_unknown_and_its_place_stays_taken()
    {
        var loaded = Load(Save(WithKeys("Ada", "Bab", "Cy").Without(index => index != 1)));
        Assert.Equal((3, true, false), (loaded.Count, loaded.IsErased(0), loaded.IsErased(1)));
        Assert.False(loaded.TryGetIndex("Ada", out _));
        Assert.Equal((1, 3, 3), (loaded.GetOrAdd("Bab"), loaded.GetOrAdd("Ada"), loaded.GetOrAdd("Ada")));
        Assert.Contains("erased", Assert.Throws<InvalidOperationException>(() => loaded.GetId(2)).Message);
    }

    [Fact]
    public void A_registry_without_erased_sources_is_saved_so_that_older_versions_read_it() => Assert.Equal(1, Save(WithKeys("Ada"))[8]);

    [Fact]
    public void A_file_that_ends_early_is_refused_wherever_it_ends()
    {
        var bytes = Save(WithKeys("Ada", "Bab"));
        for (var length = 0; length < bytes.Length; length++)
            Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => Load(bytes[..length])).Message);
    }

    [Fact]
    public void A_flipped_bit_is_noticed_wherever_it_is()
    {
        var bytes = Save(WithKeys("Ada", "Bab", "Zoë"));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<InvalidDataException>(() => Load(bytes));
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void Another_file_is_no_registry() =>
        Assert.Contains("no source registry", Assert.Throws<InvalidDataException>(() => Load([.. "PK\u0003\u0004"u8, .. new byte[100]])).Message);

    [Fact]
    public void A_newer_format_is_refused_with_both_versions()
    {
        var bytes = Save(WithKeys("Ada"));
        bytes[8] = 7;
        Assert.Contains("format 7, and this version of Nulls reads formats up to 2", Assert.Throws<InvalidDataException>(() => Load(bytes)).Message);
    }

    [Fact]
    public void A_source_that_is_there_twice_is_refused_even_with_the_right_checksum()
    {
        var bytes = Save(WithKeys("Ada", "Bab"));
        const int FirstId = 8 + 3 * 4 + 16 + 4;
        bytes.AsSpan(FirstId, 8).CopyTo(bytes.AsSpan(FirstId + 8));
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        Assert.Contains("corrupt", Assert.Throws<InvalidDataException>(() => Load(bytes)).Message);
    }

    [Fact]
    public void A_count_beyond_the_file_takes_no_memory()
    {
        var bytes = Save(WithKeys("Ada"));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8 + 3 * 4 + 16), 1_000_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => Load(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 20);
    }

    private static SourceRegistry WithKeys(params string[] keys)
    {
        var registry = new SourceRegistry(keepKeys: true);
        foreach (var key in keys)
            registry.GetOrAdd(key);
        return registry;
    }

    private static void ForRandomRegistries(Action<SourceRegistry, string[]> check)
    {
        var random = new Random(3);
        for (var round = 0; round < 40; round++)
        {
            var registry = new SourceRegistry(keepKeys: round % 2 == 0);
            var keys = Enumerable.Range(0, random.Next(300)).Select(_ => RandomKey(random)).Distinct().ToArray();
            foreach (var key in keys)
                registry.GetOrAdd(key);
            check(registry, keys);
        }
    }

    // Long enough, now and then, that lengths and texts do not fit one buffer of the reader.
    private static string RandomKey(Random random) => string.Concat(
        Enumerable.Range(0, random.Next(50) == 0 ? random.Next(1, 60_000) : random.Next(1, 20))
            .Select(_ => char.ConvertFromUtf32(random.Next(4) == 0 ? random.Next(0x10000, 0x10FFFF) : random.Next(1, 0xD000))));

    private static string Describe(SourceRegistry registry) => string.Join('\n', Enumerable.Range(0, registry.Count)
        .Select(i => $"{registry.GetId(i)} {registry.GetKeyOrNull(i)}").Prepend($"{registry.Count} {registry.KeepsKeys}"));

    private static byte[] Save(SourceRegistry registry, Func<int, bool>? withholdKey = null)
    {
        using var stream = new OneWayStream();
        registry.Save(stream, withholdKey);
        return stream.Written;
    }

    private static SourceRegistry Load(byte[] bytes)
    {
        using var stream = new OneWayStream(bytes);
        return SourceRegistry.Load(stream);
    }

    private static bool Holds(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> text) => bytes.IndexOf(text) >= 0;
}
