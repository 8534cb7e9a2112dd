using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

/// <summary>Everything that can be done to a ledger's file behind its back.</summary>
public sealed class LedgerTamperTests : IDisposable
{
    private readonly TestLedger _test = new();
    private readonly byte[] _whole;
    private readonly LedgerHead _head;
    private readonly string[] _lines;

    public LedgerTamperTests()
    {
        _test.Append(LedgerAction.Disable, 1);
        _test.Append(LedgerAction.Disable, 2, 3);
        _test.Append(LedgerAction.Restore, 1);
        _whole = _test.Bytes();
        _head = _test.Ledger.State.Head;
        _lines = File.ReadAllLines(_test.Path);
    }

    public void Dispose() => _test.Dispose();

    [Fact]
    public void A_sound_ledger_is_found_intact_with_and_without_its_key()
    {
        Assert.True(LedgerVerification.Of(_test.Path, _test.Key, _head).IsIntact);
        var withoutKey = LedgerVerification.Of(_test.Path);
        Assert.True(withoutKey.IsIntact);
        Assert.Equal(_head, withoutKey.Head);
        Assert.False(withoutKey.IsSealChecked);
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x20)]
    [InlineData(0x80)]
    [InlineData(0xff)]
    public void Every_changed_byte_is_found_at_its_place(byte mask)
    {
        var place = 0;
        for (var i = 0; i < _whole.Length; i++)
        {
            var changed = (byte[])_whole.Clone();
            changed[i] ^= mask;
            File.WriteAllBytes(_test.Path, changed);
            var found = LedgerVerification.Of(_test.Path);
            Assert.True(found.FaultAt == place, $"Byte {i}, of record {place}: found at {found.FaultAt?.ToString() ?? "no place"}: {found.Fault}");
            Assert.Throws<InvalidDataException>(_test.Open);
            place += _whole[i] == '\n' ? 1 : 0;
        }
    }

    [Fact]
    public void A_byte_of_zero_in_place_of_any_other_but_the_last_is_found()
    {
        for (var i = 0; i < _whole.Length - 1; i++)
        {
            var changed = (byte[])_whole.Clone();
            changed[i] = 0;
            File.WriteAllBytes(_test.Path, changed);
            Assert.False(LedgerVerification.Of(_test.Path).IsIntact, $"Byte {i}");
        }
    }

    [Fact]
    public void A_zero_in_place_of_the_last_byte_is_as_a_power_cut_leaves_it_and_the_record_is_kept()
    {
        File.WriteAllBytes(_test.Path, [.. _whole[..^1], 0]);
        Assert.Equal(_head.Count - 1, LedgerVerification.Of(_test.Path).Head?.Count);
        AssertFault(_head.Count - 1, LedgerVerification.Of(_test.Path, known: _head));
        TestLedger.Append(_test.Open(), LedgerAction.Disable, 7);
        Assert.Equal(_whole, _test.Bytes()[.._whole.Length]);
        Assert.True(LedgerVerification.Of(_test.Path, _test.Key, _head).IsIntact);
    }

    [Fact]
    public void An_appender_refuses_a_changed_ledger_and_changes_nothing()
    {
        for (var i = 0; i < _whole.Length; i += 5)
        {
            File.WriteAllBytes(_test.Path, _whole);
            var ledger = _test.Open();
            var changed = (byte[])_whole.Clone();
            changed[i] ^= 0x01;
            File.WriteAllBytes(_test.Path, changed);
            if (i >= _whole.Length - _lines[^1].Length - 1)
                Assert.Throws<InvalidDataException>(_test.Open);
            Assert.False(LedgerVerification.Of(_test.Path, known: ledger.State.Head).IsIntact);
            Assert.Equal(changed, _test.Bytes());
        }
    }

    [Fact]
    public void Every_removed_record_is_found()
    {
        for (var i = 0; i < _lines.Length; i++)
        {
            Write(_lines.Where((_, place) => place != i));
            AssertFault(i, LedgerVerification.Of(_test.Path, known: _head));
            if (i < _lines.Length - 1)
                AssertFault(i, LedgerVerification.Of(_test.Path));
        }
    }

    [Fact]
    public void Every_repeated_record_is_found()
    {
        for (var i = 0; i < _lines.Length; i++)
        {
            for (var at = i + 1; at <= _lines.Length; at++)
            {
                Write([.. _lines[..at], _lines[i], .. _lines[at..]]);
                AssertFault(at, LedgerVerification.Of(_test.Path));
            }
        }
    }

    [Fact]
    public void Every_two_records_that_changed_places_are_found()
    {
        for (var i = 0; i < _lines.Length; i++)
        {
            for (var j = i + 1; j < _lines.Length; j++)
            {
                var lines = (string[])_lines.Clone();
                (lines[i], lines[j]) = (lines[j], lines[i]);
                Write(lines);
                AssertFault(i, LedgerVerification.Of(_test.Path));
            }
        }
    }

    [Fact]
    public void A_record_of_another_ledger_under_the_same_key_is_found()
    {
        using var other = new TestLedger();
        other.Append(LedgerAction.Disable, 5);
        Write([_lines[0], File.ReadAllLines(other.Path)[1], .. _lines[2..]]);
        AssertFault(1, LedgerVerification.Of(_test.Path));
    }

    [Fact]
    public void A_ledger_written_anew_without_the_key_is_found_by_its_seals_or_a_known_head()
    {
        using var forger = LedgerKey.FromBytes(new byte[32]);
        var previous = _test.Ledger.State.Head.Hash;
        var entry = _test.Ledger.ReadEntries().Last() with { Sequence = 4, Action = LedgerAction.Restore, Sources = [_test.Ledger.PseudonymOf(TestLedger.Keys[2])] };
        var forged = System.Text.Encoding.ASCII.GetString(LedgerRecord.Write(entry, previous, forger));
        Write([.. _lines, forged]);
        Assert.True(LedgerVerification.Of(_test.Path).IsIntact);
        AssertFault(4, LedgerVerification.Of(_test.Path, _test.Key));
        AssertFault(4, LedgerVerification.Of(_test.Path, known: new LedgerHead(5, new string('a', 64))));
        Assert.Contains("seal", Assert.Throws<InvalidDataException>(_test.Open).Message);
    }

    [Fact]
    public void A_cut_at_any_byte_is_found_by_a_known_head_and_loses_no_record_before_it()
    {
        for (var length = 0; length < _whole.Length; length++)
        {
            File.WriteAllBytes(_test.Path, _whole[..length]);
            var whole = _whole.AsSpan(..length).Count((byte)'\n');
            AssertFault(whole, LedgerVerification.Of(_test.Path, _test.Key, _head));
            Assert.Equal(whole, LedgerVerification.Of(_test.Path).Head?.Count ?? 0);
            if (whole > 0)
                Assert.Equal(whole, _test.Open().State.Head.Count);
            else
                Assert.Throws<InvalidDataException>(_test.Open);
        }
    }

    [Fact]
    public void After_a_cut_anywhere_in_the_last_record_the_next_entry_follows_the_one_before()
    {
        var last = _whole.Length - _lines[^1].Length - 1;
        for (var length = last; length < _whole.Length; length++)
        {
            File.WriteAllBytes(_test.Path, _whole[..length]);
            TestLedger.Append(_test.Open(), LedgerAction.Disable, 7);
            // Only the line feed was missing: the record was whole, and is kept.
            var kept = length == _whole.Length - 1 ? _whole.Length : last;
            Assert.Equal(_whole[..kept], _test.Bytes()[..kept]);
            Assert.True(LedgerVerification.Of(_test.Path, _test.Key).IsIntact);
        }
    }

    [Fact]
    public void A_reader_of_a_ledger_that_was_cut_keeps_what_it_read_and_says_so()
    {
        File.WriteAllLines(_test.Path, _lines[..^1]);
        Assert.Contains("no longer there", Assert.Throws<InvalidDataException>(() => _test.Ledger.Refresh()).Message);
        Assert.Throws<InvalidDataException>(() => _test.Append(LedgerAction.Disable, 5));
        Assert.Equal(_head, _test.Ledger.State.Head);
        File.WriteAllBytes(_test.Path, _whole);
        Assert.False(_test.Ledger.Refresh());
    }

    [Fact]
    public void A_sound_entry_before_a_changed_one_takes_effect()
    {
        var reader = _test.Open();
        var before = reader.State.Head;
        _test.Append(LedgerAction.Disable, 8);
        File.AppendAllText(_test.Path, _lines[1] + "\n");
        Assert.Throws<InvalidDataException>(() => reader.Refresh());
        Assert.Equal(before.Count + 1, reader.State.Head.Count);
        Assert.Contains(8, reader.Resolve(_test.Sources).Unlearned);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("{}\n")]
    [InlineData("a letter\n")]
    public void What_is_no_ledger_is_refused(string text)
    {
        File.WriteAllText(_test.Path, text);
        Assert.Throws<InvalidDataException>(_test.Open);
        Assert.Equal(0, LedgerVerification.Of(_test.Path).FaultAt);
    }

    private void Write(IEnumerable<string> lines) => File.WriteAllText(_test.Path, string.Concat(lines.Select(line => line + "\n")));

    private static void AssertFault(long place, LedgerVerification found) =>
        Assert.True(found.FaultAt == place, $"A fault at {place} was found at {found.FaultAt?.ToString() ?? "no place"}: {found.Fault}");
}
