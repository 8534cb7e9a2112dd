using System.Text;
using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

public sealed class UnlearningLedgerTests : IDisposable
{
    private readonly TestLedger _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public void An_entry_reads_back_with_all_that_was_given()
    {
        var appended = _test.Append(LedgerAction.Disable, 3, 1, 3);
        var read = Assert.Single(_test.Open().ReadEntries());
        Assert.Equal(1, read.Sequence);
        Assert.Equal(_test.Clock.Now, read.Time);
        Assert.Equal(LedgerAction.Disable, read.Action);
        Assert.Equal(TestLedger.Request, read.Request);
        Assert.Equal(TestLedger.ModelDigest, read.ModelDigest);
        Assert.Equal(new[] { TestLedger.Keys[3], TestLedger.Keys[1] }.Select(_test.Ledger.PseudonymOf), read.Sources);
        Assert.Equal(appended with { Sources = [] }, read with { Sources = [] });
    }

    [Fact]
    public void The_last_entry_about_a_source_holds()
    {
        _test.Append(LedgerAction.Disable, 1, 2, 3);
        _test.Append(LedgerAction.Restore, 2);
        _test.Append(LedgerAction.Erase, 4);
        var overlay = _test.Open().Resolve(_test.Sources);
        Assert.Equal([1, 3, 4], overlay.Unlearned);
        Assert.Equal([2], overlay.Restored);
        Assert.Equal(0, overlay.UnknownCount);
        Assert.Equal([false, true, false, true, true, false], TestLedger.Keys.Take(6).Select(_test.Ledger.IsUnlearned));
    }

    [Fact]
    public void What_is_erased_is_never_restored()
    {
        _test.Append(LedgerAction.Erase, 4);
        var error = Assert.Throws<InvalidOperationException>(() => _test.Append(LedgerAction.Restore, 3, 4));
        Assert.Contains($"'{TestLedger.Keys[4]}'", error.Message);
        Assert.DoesNotContain($"'{TestLedger.Keys[3]}'", error.Message);
        _test.Append(LedgerAction.Disable, 4);
        Assert.Throws<InvalidOperationException>(() => _test.Append(LedgerAction.Restore, 4));
        Assert.Equal(2, _test.Open().ReadEntries().Count());
    }

    [Fact]
    public void The_file_holds_no_key_id_or_index_of_a_source()
    {
        _test.Append(LedgerAction.Disable, [.. Enumerable.Range(0, 10)]);
        var text = Encoding.UTF8.GetString(_test.Bytes());
        Assert.DoesNotContain("book", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Ada", text, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 10), i => Assert.DoesNotContain(_test.Sources.GetId(i).ToString(), text));
        Assert.DoesNotContain(Convert.ToHexStringLower(TestLedger.SecretBytes), text);
    }

    [Theory]
    [InlineData("book-1-by-Ada")]
    [InlineData("the reader of BOOK-1-BY-ADA")]
    public void A_request_that_holds_the_sources_key_is_refused_without_repeating_it(string actor)
    {
        var error = Assert.Throws<ArgumentException>(() => _test.Ledger.Append(LedgerAction.Disable, [TestLedger.Keys[1]], TestLedger.Request with { Actor = actor }, TestLedger.ModelDigest));
        Assert.DoesNotContain("Ada", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(_test.Open().ReadEntries());
    }

    [Fact]
    public void Each_record_is_a_line_of_JSON_that_anyone_can_read()
    {
        _test.Append(LedgerAction.Disable, 1);
        foreach (var line in File.ReadLines(_test.Path))
        {
            using var json = System.Text.Json.JsonDocument.Parse(line);
            Assert.Equal(64, json.RootElement.GetProperty("hash").GetString()!.Length);
        }

        using var entry = System.Text.Json.JsonDocument.Parse(File.ReadLines(_test.Path).Last());
        Assert.Equal("disable", entry.RootElement.GetProperty("action").GetString());
        Assert.Equal("2026-11-25T04:08:33.0000000Z", entry.RootElement.GetProperty("time").GetString());
    }

    [Fact]
    public void A_reader_sees_what_another_appended_and_nothing_twice()
    {
        var reader = _test.Open();
        Assert.False(reader.Refresh());
        _test.Append(LedgerAction.Disable, 1);
        Assert.True(reader.Refresh());
        Assert.False(reader.Refresh());
        Assert.Equal(_test.Ledger.State.Head, reader.State.Head);
        Assert.Equal([1], reader.Resolve(_test.Sources).Unlearned);
    }

    [Fact]
    public void An_index_finds_every_source_that_only_another_process_named()
    {
        _test.Append(LedgerAction.Disable, [.. Enumerable.Range(0, 10)]);
        var reader = _test.Open();
        reader.Prepare(_test.Sources);
        Assert.Equal(Enumerable.Range(0, 10), reader.Resolve(_test.Sources).Unlearned);
    }

    [Fact]
    public void A_model_of_the_same_salt_without_some_sources_is_told_how_many()
    {
        _test.Append(LedgerAction.Disable, 8, 9);
        var retrained = TestLedger.RegistryOf(["something new", .. TestLedger.Keys[..9]]);
        var overlay = _test.Open().Resolve(retrained);
        Assert.Equal([9], overlay.Unlearned);
        Assert.Equal(1, overlay.UnknownCount);
        Assert.Equal(overlay.Unlearned, _test.Ledger.Resolve(retrained).Unlearned);
    }

    [Fact]
    public void A_registry_that_grew_is_seen_whole()
    {
        _test.Append(LedgerAction.Disable, 9);
        var reader = _test.Open();
        var growing = TestLedger.RegistryOf(TestLedger.Keys[..9]);
        Assert.Equal(1, reader.Resolve(growing).UnknownCount);
        growing.GetOrAdd(TestLedger.Keys[9]);
        Assert.Equal([9], reader.Resolve(growing).Unlearned);
    }

    [Fact]
    public void Following_entry_by_entry_comes_to_what_reading_all_at_once_does()
    {
        var random = new Random(5);
        var follower = _test.Open();
        var few = TestLedger.RegistryOf(TestLedger.Keys[..7]);
        for (var i = 0; i < 60; i++)
        {
            _test.Append(random.Next(2) == 0 ? LedgerAction.Disable : LedgerAction.Restore, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(10))]);
            if (random.Next(3) == 0)
                follower.Refresh();
            follower.Resolve(few);
            _test.Ledger.Resolve(few);
        }

        follower.Refresh();
        var atOnce = _test.Open().Resolve(few);
        Assert.Equal(3, atOnce.UnknownCount);
        Assert.NotEmpty(atOnce.Restored);
        foreach (var overlay in new[] { follower.Resolve(few), _test.Ledger.Resolve(few) })
        {
            Assert.Equal(atOnce.Unlearned, overlay.Unlearned);
            Assert.Equal(atOnce.Restored, overlay.Restored);
            Assert.Equal(atOnce with { Unlearned = [], Restored = [] }, overlay with { Unlearned = [], Restored = [] });
        }
    }

    [Fact]
    public void A_ledger_of_another_model_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => _test.Ledger.Resolve(TestLedger.RegistryOf(TestLedger.Keys, "the salt of another")));
        Assert.Contains("another model", error.Message);
        Assert.Contains("SourceSalt", error.Message);
    }

    [Fact]
    public void A_wrong_key_is_refused_with_both_ids()
    {
        using var wrong = LedgerKey.FromBytes(new byte[32]);
        var error = Assert.Throws<ArgumentException>(() => UnlearningLedger.Open(_test.Path, wrong));
        Assert.Contains(wrong.Id, error.Message);
        Assert.Contains(_test.Key.Id, error.Message);
    }

    [Fact]
    public void Without_its_key_a_ledger_can_be_read_and_not_used()
    {
        _test.Append(LedgerAction.Disable, 1);
        var reader = UnlearningLedger.Open(_test.Path, key: null);
        Assert.Equal(LedgerAction.Disable, Assert.Single(reader.ReadEntries()).Action);
        Assert.Single(reader.State.LastActions);
        Assert.Contains("key", Assert.Throws<InvalidOperationException>(() => TestLedger.Append(reader, LedgerAction.Restore, 1)).Message);
        Assert.Throws<InvalidOperationException>(() => reader.Resolve(_test.Sources));
        Assert.Throws<InvalidOperationException>(() => reader.Prepare(_test.Sources));
        Assert.Throws<InvalidOperationException>(() => reader.IsUnlearned(TestLedger.Keys[1]));
    }

    [Fact]
    public void An_absent_ledger_is_never_made_in_passing()
    {
        var error = Assert.Throws<FileNotFoundException>(() => UnlearningLedger.Open(_test.Path + "2", _test.Key));
        Assert.Contains("answers again", error.Message);
        File.Delete(_test.Path);
        Assert.Throws<FileNotFoundException>(() => _test.Append(LedgerAction.Disable, 1));
        Assert.False(File.Exists(_test.Path));
    }

    [Fact]
    public void A_ledger_is_never_replaced()
    {
        _test.Append(LedgerAction.Disable, 1);
        Assert.Contains("never replaced", Assert.Throws<IOException>(() => UnlearningLedger.Create(_test.Path, _test.Key, _test.Sources, TestLedger.ModelDigest)).Message);
        Assert.Single(_test.Open().ReadEntries());
    }

    [Fact]
    public void A_ledger_of_a_newer_format_is_said_to_be_one()
    {
        var line = LedgerRecord.Write(_test.Ledger.Genesis, _test.Key);
        var newer = Encoding.ASCII.GetString(line).Replace("\"version\":1", "\"version\":9");
        Assert.True(LedgerRecord.TrySplit(Encoding.ASCII.GetBytes(newer), out _, out var hashed, out _, out var hash));
        File.WriteAllText(_test.Path, newer.Replace(hash, LedgerRecord.HashOf(hashed)) + "\n");
        Assert.Contains("format 9", Assert.Throws<NotSupportedException>(() => UnlearningLedger.Open(_test.Path, key: null)).Message);
        Assert.Contains("format 9", LedgerVerification.Of(_test.Path).Fault);
    }

    [Fact]
    public void Nothing_and_the_empty_key_are_refused()
    {
        Assert.Throws<ArgumentException>(() => _test.Append(LedgerAction.Disable));
        Assert.Throws<ArgumentException>(() => _test.Ledger.Append(LedgerAction.Disable, ["a", ""], TestLedger.Request, TestLedger.ModelDigest));
        Assert.Throws<ArgumentOutOfRangeException>(() => _test.Append((LedgerAction)9, 1));
        Assert.Single(File.ReadLines(_test.Path));
    }

    [Fact]
    public void More_sources_than_an_entry_holds_are_refused_and_as_many_are_kept()
    {
        var keys = Enumerable.Range(0, 100_000).Select(i => $"{i}").ToArray();
        var entry = _test.Ledger.Append(LedgerAction.Disable, keys, TestLedger.Request, TestLedger.ModelDigest);
        Assert.Equal(100_000, entry.Sources.Count);
        Assert.Equal(entry.Head, _test.Open().State.Head);
        Assert.Contains("100,000", Assert.Throws<ArgumentException>(() => _test.Ledger.Append(LedgerAction.Disable, [.. keys, "x"], TestLedger.Request, TestLedger.ModelDigest)).Message);
    }
}
