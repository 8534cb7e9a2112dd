using Nulls.Sources;

namespace Nulls.Tests.Sources;

public class SourceRegistryTests
{
    private static readonly byte[] s_salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    [Fact]
    public void Indices_follow_the_order_of_first_appearance()
    {
        var registry = new SourceRegistry();
        Assert.Equal([0, 1, 0, 2, 1], "babca".Select(letter => registry.GetOrAdd($"{letter}")));
    }

    [Fact]
    public void Every_key_of_many_is_found_at_its_index()
    {
        var registry = new SourceRegistry(salt: s_salt);
        for (var i = 0; i < 20_000; i++)
            Assert.Equal(i, registry.GetOrAdd(Key(i)));
        for (var i = 0; i < 20_000; i++)
            Assert.Equal((true, i), (registry.TryGetIndex(Key(i), out var index), index));
    }

    [Fact]
    public void A_key_that_was_never_added_is_not_found()
    {
        var registry = new SourceRegistry(salt: s_salt);
        for (var i = 0; i < 5_000; i++)
            registry.GetOrAdd(Key(i));
        for (var i = 5_000; i < 10_000; i++)
            Assert.Equal((false, -1), (registry.TryGetIndex(Key(i), out var index), index));
    }

    [Fact]
    public void Nothing_is_found_in_an_empty_registry() => Assert.False(new SourceRegistry().TryGetIndex("a", out _));

    [Fact]
    public void Looking_up_adds_nothing()
    {
        var registry = new SourceRegistry();
        registry.TryGetIndex("a", out _);
        Assert.Equal(0, registry.Count);
    }

    [Theory]
    [InlineData("Ada", "ada")]
    [InlineData("Ada", "Ada ")]
    [InlineData("\u00e9", "e\u0301")]
    [InlineData("a", "a\0")]
    public void Keys_that_differ_in_any_byte_are_different_sources(string left, string right)
    {
        var registry = new SourceRegistry();
        Assert.NotEqual(registry.GetOrAdd(left), registry.GetOrAdd(right));
    }

    [Fact]
    public void A_null_key_is_refused() => Assert.Throws<ArgumentNullException>(() => new SourceRegistry().GetOrAdd(null!));

    [Fact]
    public void A_null_key_cannot_be_looked_up() => Assert.Throws<ArgumentNullException>(() => new SourceRegistry().TryGetIndex(null!, out _));

    [Fact]
    public void An_empty_key_is_refused() => Assert.Throws<ArgumentException>(() => new SourceRegistry().GetOrAdd(""));

    [Fact]
    public void Half_a_surrogate_pair_is_refused() =>
        Assert.Contains("character 2", Assert.Throws<ArgumentException>(() => new SourceRegistry().GetOrAdd("ab\ud83dc")).Message);

    [Theory]
    [InlineData(15)]
    [InlineData(65)]
    public void A_salt_of_another_size_is_refused(int length) =>
        Assert.Throws<ArgumentException>(() => new SourceRegistry(salt: new byte[length]));

    [Fact]
    public void The_same_salt_gives_the_same_ids() => Assert.Equal(IdOf("a", s_salt), IdOf("a", s_salt));

    [Fact]
    public void Registries_have_salts_of_their_own() => Assert.NotEqual(IdOf("a", default), IdOf("a", default));

    [Fact]
    public void Keys_are_listed_when_they_are_kept()
    {
        var registry = new SourceRegistry(keepKeys: true);
        registry.GetOrAdd("first");
        registry.GetOrAdd("second");
        Assert.Equal("second", registry.GetKey(1));
    }

    [Fact]
    public void A_registry_without_keys_says_how_to_keep_them()
    {
        var registry = new SourceRegistry();
        registry.GetOrAdd("a");
        Assert.Contains("keep them", Assert.Throws<InvalidOperationException>(() => registry.GetKey(0)).Message);
    }

    [Fact]
    public void A_key_that_is_not_kept_is_null()
    {
        var registry = new SourceRegistry();
        registry.GetOrAdd("a");
        Assert.Null(registry.GetKeyOrNull(0));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void An_index_of_no_source_is_refused(int index)
    {
        var registry = new SourceRegistry();
        registry.GetOrAdd("a");
        Assert.Equal(index, Assert.Throws<ArgumentOutOfRangeException>(() => registry.GetId(index)).ActualValue);
    }

    [Fact]
    public void A_million_sources_take_at_most_16_bytes_each_however_many_have_been_added()
    {
        var registry = new SourceRegistry(salt: s_salt);
        var worst = 0.0;
        for (var i = 1; i <= 1_000_000; i++)
        {
            registry.GetOrAdd(Key(i));
            if (i >= 1_000)
                worst = Math.Max(worst, (double)registry.TableByteCount / i);
        }

        Assert.InRange(worst, 12, 16);
    }

    [Fact]
    public void Looking_up_a_span_allocates_nothing()
    {
        var registry = new SourceRegistry(salt: s_salt);
        var index = registry.GetOrAdd("an article");
        registry.TryGetIndex("an article".AsSpan(), out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            registry.TryGetIndex("an article".AsSpan(), out index);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500);
    }

    [Fact]
    public void Threads_that_read_at_once_find_every_key()
    {
        var registry = new SourceRegistry(salt: s_salt);
        for (var i = 0; i < 1_000; i++)
            registry.GetOrAdd(Key(i));
        Parallel.For(0, 20_000, i => Assert.Equal((true, i % 1_000), (registry.TryGetIndex(Key(i % 1_000), out var index), index)));
    }

    private static string Key(int i) => $"Article {i}";

    private static SourceId IdOf(string key, ReadOnlySpan<byte> salt)
    {
        var registry = new SourceRegistry(salt: salt);
        return registry.GetId(registry.GetOrAdd(key));
    }
}
