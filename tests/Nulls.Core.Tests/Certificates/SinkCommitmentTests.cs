using Nulls.Certificates;
using Nulls.Sinks;
using Nulls.Unlearning;

namespace Nulls.Tests.Certificates;

public class SinkCommitmentTests
{
    private static readonly LedgerKey Key = LedgerKey.FromBytes([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private static readonly Guid Entry = new("0f8fad5b-d9cb-469f-a165-70867728950e");

    [Fact]
    public void The_ledgers_key_opens_any_set()
    {
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            var pool = random.Next(1, 3000);
            var sinks = SinkSet.Of([.. Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(pool))]);
            Assert.Equal(sinks, SinkCommitment.Open(Key, Entry, SinkCommitment.Make(Key, Entry, pool, sinks)));
        }
    }

    [Fact]
    public void No_other_key_and_no_other_entry_opens_it()
    {
        using var other = LedgerKey.FromBytes(new byte[32]);
        var commitment = SinkCommitment.Make(Key, Entry, 100, [1, 2, 3]);
        Assert.Null(SinkCommitment.Open(other, Entry, commitment));
        Assert.Null(SinkCommitment.Open(Key, Guid.Empty, commitment));
        Assert.Null(SinkCommitment.Open(Key, Entry, commitment with { PoolWidth = 200 }));
        Assert.Null(SinkCommitment.Open(Key, Entry, commitment with { Commitment = new string('0', 64) }));
        Assert.Null(SinkCommitment.Open(Key, Entry, commitment with { Sealed = "not base64" }));
    }

    [Fact]
    public void Its_length_does_not_tell_how_many_sinks_there_are() =>
        Assert.Equal(SinkCommitment.Make(Key, Entry, 100, []).Sealed.Length, SinkCommitment.Make(Key, Entry, 100, [.. Enumerable.Range(0, 100)]).Sealed.Length);

    [Fact]
    public void The_same_set_is_committed_to_in_another_way_for_another_entry()
    {
        var (one, two) = (SinkCommitment.Make(Key, Entry, 100, [1, 2, 3]), SinkCommitment.Make(Key, Guid.Empty, 100, [1, 2, 3]));
        Assert.NotEqual(one.Commitment, two.Commitment);
        Assert.NotEqual(one.Sealed, two.Sealed);
    }
}
