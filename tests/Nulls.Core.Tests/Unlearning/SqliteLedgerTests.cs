using System.Data.Common;
using Microsoft.Data.Sqlite;
using Nulls.Tests.Support;
using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

public sealed class SqliteLedgerTests : DatabaseLedgerTests, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SqliteLedgerTests() => Database = SqliteFactory.Instance.CreateDataSource($"Data Source={Path};Pooling=False");

    protected override DbDataSource Database { get; }

    private string Path => _folder["ledger.db"];

    public void Dispose()
    {
        Database.Dispose();
        Key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Entries_read_back() => EntriesReadBack();

    [Fact]
    public void Long_ledgers_are_read_in_pieces() => LongLedgersAreReadInPieces();

    [Fact]
    public void Absent_and_present_ledgers_are_told_apart() => AbsentAndPresentLedgersAreToldApart();

    [Fact]
    public void Many_may_begin_at_once() => ManyMayBeginAtOnce();

    [Fact]
    public void Many_appenders_never_fork_the_chain() => ManyAppendersNeverForkTheChain(appenders: 4, entriesEach: 8);

    [Fact]
    public void Changes_behind_its_back_are_found_at_their_place() => ChangesBehindItsBackAreFoundAtTheirPlace();

    [Fact]
    public void Tables_of_another_version_are_refused() => TablesOfAnotherVersionAreRefused();

    [Fact]
    public void A_database_that_goes_away_and_comes_back_loses_nothing()
    {
        var ledger = Create();
        TestLedger.Append(ledger, LedgerAction.Disable, 5);
        var head = ledger.State.Head;
        File.Move(Path, Path + ".away");
        Directory.CreateDirectory(Path);
        Assert.Contains("cannot be read", Assert.Throws<IOException>(() => TestLedger.Append(ledger, LedgerAction.Disable, 6)).Message);
        Assert.Throws<IOException>(() => ledger.Refresh());
        Assert.True(ledger.IsUnlearned(TestLedger.Keys[5]));
        Directory.Delete(Path);
        File.Move(Path + ".away", Path);
        TestLedger.Append(ledger, LedgerAction.Disable, 7);
        Assert.True(Verify(head).IsIntact);
        Assert.Equal([5, 7], Open().Resolve(TestLedger.RegistryOf(TestLedger.Keys)).Unlearned);
    }

    [Fact]
    public void A_connection_that_breaks_after_the_commit_does_not_make_an_entry_twice()
    {
        Create();
        using var breaking = new BreakingDatabase(Database.ConnectionString);
        var ledger = Open(breaking);
        breaking.BreaksAfterInsert = true;
        var entry = TestLedger.Append(ledger, LedgerAction.Disable, 1);
        Assert.Equal(1, breaking.BreakCount);
        Assert.Equal(entry.Hash, Assert.Single(Open().ReadEntries()).Hash);
    }

    [Fact]
    public void A_connection_that_breaks_before_the_commit_is_an_error_and_the_next_try_works()
    {
        Create();
        using var breaking = new BreakingDatabase(Database.ConnectionString);
        var ledger = Open(breaking);
        breaking.BreaksBeforeInsert = true;
        Assert.Contains("not recorded", Assert.Throws<IOException>(() => TestLedger.Append(ledger, LedgerAction.Disable, 1)).Message);
        breaking.BreaksBeforeInsert = false;
        Assert.Empty(Open().ReadEntries());
        TestLedger.Append(ledger, LedgerAction.Disable, 1);
        Assert.Single(Open().ReadEntries());
    }

    private sealed class BreakingDatabase(string connectionString) : DbDataSource
    {
        public bool BreaksBeforeInsert { get; set; }

        public bool BreaksAfterInsert { get; set; }

        public int BreakCount { get; private set; }

        public override string ConnectionString => connectionString;

        protected override DbConnection CreateDbConnection() => new BreakingConnection(this);

        private void BreakIf(bool breaks, DbCommand command)
        {
            if (!breaks || !command.CommandText.StartsWith("INSERT INTO nulls_ledger (", StringComparison.Ordinal))
                return;
            BreakCount++;
            throw new SqliteException("The connection broke.", 10);
        }

        private sealed class BreakingConnection(BreakingDatabase database) : SqliteConnection(database.ConnectionString)
        {
            public override SqliteCommand CreateCommand() => new BreakingCommand(database) { Connection = this };

            protected override DbCommand CreateDbCommand() => CreateCommand();
        }

        private sealed class BreakingCommand(BreakingDatabase database) : SqliteCommand
        {
            public override int ExecuteNonQuery()
            {
                database.BreakIf(database.BreaksBeforeInsert, this);
                var count = base.ExecuteNonQuery();
                database.BreakIf(database.BreaksAfterInsert, this);
                return count;
            }
        }
    }
}
