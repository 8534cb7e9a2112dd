using System.Collections.Concurrent;
using System.Data.Common;
using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

/// <summary>What holds of a ledger in any database: each class below it says of which, and states it as facts.</summary>
public abstract class DatabaseLedgerTests
{
    private const string Name = "unlearning";

    /// <summary>Gets an empty database of the test's own.</summary>
    protected abstract DbDataSource Database { get; }

    private protected LedgerKey Key { get; } = LedgerKey.FromBytes(TestLedger.SecretBytes);

    protected void EntriesReadBack()
    {
        var (ledger, reader) = (Create(), Open());
        TestLedger.Append(ledger, LedgerAction.Disable, 1, 2);
        var entry = TestLedger.Append(ledger, LedgerAction.Restore, 2);
        Assert.True(reader.Refresh());
        Assert.False(reader.Refresh());
        Assert.Equal([1], reader.Resolve(TestLedger.RegistryOf(TestLedger.Keys)).Unlearned);
        Assert.Equal(entry.Head, Verify(entry.Head).Head);
        Assert.Equal(entry.Id, reader.ReadEntries().Last().Id);
    }

    protected void LongLedgersAreReadInPieces()
    {
        var ledger = Create();
        var line = ledger.State.Head.Hash;
        var values = new List<string>();
        for (var sequence = 1; sequence <= 2_345; sequence++)
        {
            var entry = new LedgerEntry { Sequence = sequence, Id = Guid.NewGuid(), Time = default, Action = LedgerAction.Disable, Sources = [ledger.PseudonymOf($"{sequence}")], Request = TestLedger.Request, ModelDigest = "sha256:0", Hash = "" };
            var record = LedgerRecord.Write(entry, line, Key);
            line = LedgerRecord.HashAtEnd(record);
            values.Add($"('{Name}', {sequence}, '{System.Text.Encoding.ASCII.GetString(record)}')");
        }

        Execute($"INSERT INTO nulls_ledger (ledger, sequence, record) VALUES {string.Join(',', values)}");
        Assert.True(ledger.Refresh());
        Assert.Equal(2_345, ledger.State.LastActions.Count);
        Assert.Equal(2_346, Verify().Head!.Count);
    }

    protected void AbsentAndPresentLedgersAreToldApart()
    {
        Assert.Contains("nulls_ledger", Assert.Throws<IOException>(Open).Message);
        Create();
        Assert.Contains("never replaced", Assert.Throws<IOException>(Create).Message);
        Assert.Contains("answers again", Assert.Throws<InvalidOperationException>(() => UnlearningLedger.Open(Database, "no-such", Key)).Message);
        Assert.Throws<ArgumentException>(() => UnlearningLedger.Open(Database, "a name with blanks", Key));
    }

    protected void ManyMayBeginAtOnce()
    {
        var made = new ConcurrentBag<UnlearningLedger>();
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 12 }, n => made.Add(UnlearningLedger.Create(Database, $"ledger-{n}", Key, TestLedger.RegistryOf([]), TestLedger.ModelDigest)));
        Assert.Equal(12, made.Select(ledger => ledger.Genesis.Id).Distinct().Count());
    }

    protected void ManyAppendersNeverForkTheChain(int appenders, int entriesEach)
    {
        Create();
        var heads = new ConcurrentBag<LedgerHead>();
        var threads = Enumerable.Range(0, appenders).Select(n => new Thread(() =>
        {
            var ledger = Open();
            for (var i = 0; i < entriesEach; i++)
                heads.Add(ledger.Append(LedgerAction.Disable, [$"{n}-{i}"], TestLedger.Request, TestLedger.ModelDigest).Head);
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Null(Verify().Fault);
        Assert.Equal(appenders * entriesEach, heads.Count);
        Assert.Equal(heads.OrderBy(head => head.Count), Open().ReadEntries().Select(entry => entry.Head));
    }

    protected void ChangesBehindItsBackAreFoundAtTheirPlace()
    {
        var ledger = Create();
        for (var i = 0; i < 6; i++)
            TestLedger.Append(ledger, LedgerAction.Disable, i);
        var head = ledger.State.Head;
        AssertFault(2, $"UPDATE nulls_ledger SET record = REPLACE(record, 'privacy-office', 'privacy-0ffice') WHERE sequence = 2");
        AssertFault(3, $"DELETE FROM nulls_ledger WHERE sequence = 3");
        AssertFault(0, $"DELETE FROM nulls_ledger WHERE sequence = 0");
        AssertFault(4, $"UPDATE nulls_ledger SET record = (SELECT later.record FROM nulls_ledger later WHERE later.sequence = 5) WHERE sequence = 4");
        AssertFault(6, $"DELETE FROM nulls_ledger WHERE sequence = 6");
        AssertFault(0, $"DELETE FROM nulls_ledger WHERE sequence < 6");
        Assert.Equal(head, Verify(head).Head);

        void AssertFault(long place, string sql)
        {
            var reader = Open();
            Execute("CREATE TABLE kept AS SELECT * FROM nulls_ledger");
            Execute(sql);
            var found = Verify(head);
            Assert.True(found.FaultAt == place, $"{sql}: found at {found.FaultAt?.ToString() ?? "no place"}: {found.Fault}");
            if (place == 6)
                Assert.Contains("no longer there", Assert.Throws<InvalidDataException>(() => TestLedger.Append(reader, LedgerAction.Disable, 1)).Message);
            Execute("DELETE FROM nulls_ledger");
            Execute("INSERT INTO nulls_ledger SELECT * FROM kept");
            Execute("DROP TABLE kept");
        }
    }

    protected void TablesOfAnotherVersionAreRefused()
    {
        Create();
        Execute("UPDATE nulls_ledger_schema SET version = 9");
        Assert.Contains("version 9", Assert.Throws<NotSupportedException>(Open).Message);
        Assert.Contains("version 9", Assert.Throws<NotSupportedException>(Create).Message);
    }

    private protected UnlearningLedger Create() => UnlearningLedger.Create(Database, Name, Key, TestLedger.RegistryOf(TestLedger.Keys), TestLedger.ModelDigest);

    private protected UnlearningLedger Open() => Open(Database);

    private protected UnlearningLedger Open(DbDataSource database) => UnlearningLedger.Open(database, Name, Key);

    private protected LedgerVerification Verify(LedgerHead? known = null) => LedgerVerification.Of(Database, Name, Key, known);

    private protected void Execute(string sql)
    {
        using var command = Database.CreateCommand(sql);
        command.ExecuteNonQuery();
    }
}
