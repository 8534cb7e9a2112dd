using Nulls.Sources;
using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

public class PseudonymIndexTests
{
    [Fact]
    public void Every_source_is_found_by_its_pseudonym_and_no_other_is()
    {
        using var key = LedgerKey.FromBytes(TestLedger.SecretBytes);
        var sources = TestLedger.RegistryOf(Enumerable.Range(0, 5000).Select(i => $"source {i}"));
        var index = new PseudonymIndex(sources, key);
        Assert.All(Enumerable.Range(0, 5000), i => Assert.Equal(i, index.Find(key.PseudonymOf(sources.GetId(i)))));
        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(-1, index.Find(key.PseudonymOf(new SourceId((ulong)i)))));
    }

    [Fact]
    public void A_pseudonym_that_only_begins_like_a_sources_is_not_found()
    {
        using var key = LedgerKey.FromBytes(TestLedger.SecretBytes);
        var sources = TestLedger.RegistryOf(["one"]);
        var text = key.PseudonymOf(sources.GetId(0)).ToString();
        Assert.Equal(-1, new PseudonymIndex(sources, key).Find(SourcePseudonym.Parse(text[..32] + new string('0', 32))));
    }

    [Fact]
    public void An_erased_source_is_not_found_and_all_others_are()
    {
        using var key = LedgerKey.FromBytes(TestLedger.SecretBytes);
        var whole = TestLedger.RegistryOf(["one", "two", "three"]);
        var index = new PseudonymIndex(whole.Without(source => source == 1), key);
        Assert.Equal([0, -1, 2], Enumerable.Range(0, 3).Select(source => index.Find(key.PseudonymOf(whole.GetId(source)))));
    }

    [Fact]
    public void An_index_of_no_sources_finds_none()
    {
        using var key = LedgerKey.FromBytes(TestLedger.SecretBytes);
        Assert.Equal(-1, new PseudonymIndex(TestLedger.RegistryOf([]), key).Find(key.PseudonymOf(new SourceId(1))));
    }
}
