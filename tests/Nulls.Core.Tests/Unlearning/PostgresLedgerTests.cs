using System.Data.Common;
using Nulls.Tests.Support;
using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

public sealed class PostgresLedgerTests : DatabaseLedgerTests, IDisposable
{
    // Not made where the test is skipped.
    private readonly Lazy<PostgresDatabase> _database = new(() => new PostgresDatabase());

    protected override DbDataSource Database => _database.Value.Source;

    public void Dispose()
    {
        Key.Dispose();
        if (_database.IsValueCreated)
            _database.Value.Dispose();
    }

    [FactNeedingPostgres]
    public void Entries_read_back() => EntriesReadBack();

    [FactNeedingPostgres]
    public void Long_ledgers_are_read_in_pieces() => LongLedgersAreReadInPieces();

    [FactNeedingPostgres]
    public void Absent_and_present_ledgers_are_told_apart() => AbsentAndPresentLedgersAreToldApart();

    [FactNeedingPostgres]
    public void Many_may_begin_at_once() => ManyMayBeginAtOnce();

    [FactNeedingPostgres]
    public void Many_appenders_never_fork_the_chain() => ManyAppendersNeverForkTheChain(appenders: 8, entriesEach: 25);

    [FactNeedingPostgres]
    public void Changes_behind_its_back_are_found_at_their_place() => ChangesBehindItsBackAreFoundAtTheirPlace();

    [FactNeedingPostgres]
    public void Tables_of_another_version_are_refused() => TablesOfAnotherVersionAreRefused();

    [FactNeedingPostgres]
    public void A_server_that_refuses_and_then_takes_connections_loses_nothing()
    {
        var ledger = Create();
        TestLedger.Append(ledger, LedgerAction.Disable, 5);
        var head = ledger.State.Head;
        _database.Value.GoAway();
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Contains("unlearning", Assert.Throws<IOException>(() => TestLedger.Append(ledger, LedgerAction.Disable, 6)).Message));
        Assert.True(ledger.IsUnlearned(TestLedger.Keys[5]));
        _database.Value.ComeBack();
        TestLedger.Append(ledger, LedgerAction.Disable, 7);
        Assert.True(Verify(head).IsIntact);
        Assert.Equal([5, 7], Open().Resolve(TestLedger.RegistryOf(TestLedger.Keys)).Unlearned);
    }

    [FactNeedingPostgres]
    public void Connections_that_are_cut_all_the_time_lose_and_double_nothing()
    {
        var ledger = Create();
        var acknowledged = new List<LedgerEntry>();
        var failures = 0;
        using var stop = new CancellationTokenSource();
        var cutter = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                _database.Value.Cut();
                Thread.Sleep(5);
            }
        });
        cutter.Start();
        for (var i = 0; i < 200; i++)
        {
            try
            {
                acknowledged.Add(ledger.Append(LedgerAction.Disable, [$"{i}"], TestLedger.Request, TestLedger.ModelDigest));
            }
            catch (IOException)
            {
                failures++;
            }
        }

        stop.Cancel();
        cutter.Join();
        Assert.True(failures > 0 && acknowledged.Count > 0, $"{acknowledged.Count} entries were acknowledged, and {failures} failed.");
        _database.Value.Source.Clear();
        var found = Open().ReadEntries().ToArray();
        Assert.Empty(acknowledged.Select(entry => entry.Hash).Except(found.Select(entry => entry.Hash)));
        Assert.Equal(found.Length, found.Select(entry => entry.Sources[0]).Distinct().Count());
    }
}
