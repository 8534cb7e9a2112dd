using System.Data;
using System.Data.Common;
using System.Text;

namespace Nulls.Unlearning;

/// <summary>A ledger as rows of a relational database, each the same line as in a file, in SQL that SQLite, PostgreSQL and others share.</summary>
/// <remarks>
/// The primary key lets one record alone have a number, so that appenders in many processes never fork the chain: who comes second is
/// refused, reads on and tries again. An INSERT is a transaction of its own; it is acknowledged once the database has committed it.
/// </remarks>
internal sealed class DatabaseLedgerStore : ILedgerStore
{
    private const int SchemaVersion = 1;
    private const int RowsPerRead = 1000;
    private const int SchemaAttempts = 10;
    private const int LongestName = 64;
    private readonly DbDataSource _database;
    private readonly string _name;

    public DatabaseLedgerStore(DbDataSource database, string name)
    {
        ArgumentNullException.ThrowIfNull(database);
        LedgerRequest.RequireCode(name, nameof(name));
        if (name.Length > LongestName)
            throw new ArgumentException($"A ledger's name has at most {LongestName} characters, but '{name}' has {name.Length}.", nameof(name));
        (_database, _name) = (database, name);
    }

    public string Name => $"'{_name}' in the database";

    public void Create(byte[] genesis)
    {
        Reaching(EnsureSchema);
        if (!TryAppend(LedgerPosition.Start, genesis))
            throw new IOException($"The ledger {Name} exists, and is never replaced: what it says would be forgotten. Open it, or choose another name.");
    }

    public void RequireExists()
    {
        RequireVersion(Reaching(ReadVersion) ?? 0);
        if (Reaching(() => ReadRecord(0)) is null && Reaching(ReadLast) < 0)
            throw new InvalidOperationException($"There is no ledger {Name}. If it is lost, restore it from a backup before the model is used: without it every source that it disables answers again. Create one for a model that has none.");
    }

    public IEnumerable<byte[]> ReadAfter(LedgerPosition position)
    {
        // The end is fixed first, so that a missing row is a gap to report, not the end.
        var last = Reaching(ReadLast);
        if (position.Count > 0 && HashOf(Reaching(() => ReadRecord(position.Count - 1))) != position.Hash)
            throw new InvalidDataException($"The ledger {Name} is not the one that was read: record {position.Count - 1}, with the hash {position.Hash}, is no longer there. Was an older backup put in its place? What was read stays in force. Restore the ledger.");

        for (var from = position.Count; from <= last; from += RowsPerRead)
        {
            foreach (var record in Reaching(() => ReadRecords(from, Math.Min(from + RowsPerRead, last + 1))))
                yield return record;
        }
    }

    public IDisposable? EnterAppend() => null;

    public bool TryAppend(LedgerPosition position, byte[] line)
    {
        var text = Encoding.ASCII.GetString(line);
        try
        {
            using var connection = _database.OpenConnection();
            using var insert = Command(connection, "INSERT INTO nulls_ledger (ledger, sequence, record) VALUES (@ledger, @sequence, @record)", position.Count);
            Bind(insert, "@record", DbType.String, text);
            insert.ExecuteNonQuery();
            return true;
        }
        catch (DbException failure)
        {
            // Providers tell a taken number in their own ways, and a connection may break after the commit: what is there now decides.
            return ReadAfterFailure(position.Count, failure) == text;
        }
    }

    private static string HashOf(string? record) => record is null ? "" : LedgerRecord.HashAtEnd(Encoding.ASCII.GetBytes(record));

    private string ReadAfterFailure(long sequence, DbException failure)
    {
        string? found;
        try
        {
            found = ReadRecord(sequence);
        }
        catch (DbException)
        {
            throw new IOException($"The entry was not acknowledged: the database of the ledger {Name} went away ({failure.Message}). Nothing that was acknowledged is lost. Once it is back, refresh the ledger to see whether the entry is there, and else ask again.", failure);
        }

        return found ?? throw new IOException($"The entry was not recorded in the ledger {Name}: {failure.Message} Nothing that was acknowledged is lost; try again.", failure);
    }

    private void EnsureSchema()
    {
        for (var attempt = 1; attempt <= SchemaAttempts; attempt++)
        {
            try
            {
                // The first attempt only looks: who may not make tables can use those that are there.
                if (attempt > 1)
                    CreateSchema();
                if (ReadVersion() is { } version)
                {
                    RequireVersion(version);
                    return;
                }
            }
            catch (DbException) when (attempt < SchemaAttempts)
            {
                // Two that begin at once can stumble over each other, even over IF NOT EXISTS: who loses looks again.
                Thread.Sleep(attempt);
            }
        }
    }

    private void CreateSchema()
    {
        using var connection = _database.OpenConnection();
        Execute(connection, "CREATE TABLE IF NOT EXISTS nulls_ledger (ledger VARCHAR(64) NOT NULL, sequence BIGINT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (ledger, sequence))");
        Execute(connection, "CREATE TABLE IF NOT EXISTS nulls_ledger_schema (id INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL)");
        Execute(connection, $"INSERT INTO nulls_ledger_schema (id, version) SELECT 1, {SchemaVersion} WHERE NOT EXISTS (SELECT 1 FROM nulls_ledger_schema)");
    }

    // Null while another is about to write it.
    private int? ReadVersion()
    {
        using var connection = _database.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT MAX(version) FROM nulls_ledger_schema";
        return command.ExecuteScalar() is { } version and not DBNull ? Convert.ToInt32(version) : null;
    }

    private void RequireVersion(int version)
    {
        if (version != SchemaVersion)
            throw new NotSupportedException($"The tables of the ledger {Name} have version {version}, and this version of Nulls knows version {SchemaVersion}. Update Nulls.MLNet, or use another database.");
    }

    private long ReadLast()
    {
        using var connection = _database.OpenConnection();
        using var command = Command(connection, "SELECT MAX(sequence) FROM nulls_ledger WHERE ledger = @ledger");
        return command.ExecuteScalar() is { } last and not DBNull ? Convert.ToInt64(last) : -1;
    }

    private string? ReadRecord(long sequence)
    {
        using var connection = _database.OpenConnection();
        using var command = Command(connection, "SELECT record FROM nulls_ledger WHERE ledger = @ledger AND sequence = @sequence", sequence);
        return command.ExecuteScalar() as string;
    }

    private List<byte[]> ReadRecords(long from, long before)
    {
        using var connection = _database.OpenConnection();
        using var command = Command(connection, "SELECT record FROM nulls_ledger WHERE ledger = @ledger AND sequence >= @sequence AND sequence < @before ORDER BY sequence", from);
        Bind(command, "@before", DbType.Int64, before);
        using var rows = command.ExecuteReader();
        var records = new List<byte[]>();
        while (rows.Read())
            records.Add(Encoding.UTF8.GetBytes(rows.GetString(0)));
        return records;
    }

    private DbCommand Command(DbConnection connection, string sql, long? sequence = null)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this file come here; what varies is a parameter.
        command.CommandText = sql;
#pragma warning restore CA2100
        Bind(command, "@ledger", DbType.String, _name);
        if (sequence is { } number)
            Bind(command, "@sequence", DbType.Int64, number);
        return command;
    }

    private static void Bind(DbCommand command, string name, DbType type, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.DbType, parameter.Value) = (name, type, value);
        command.Parameters.Add(parameter);
    }

    private static void Execute(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only constants of this file come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private void Reaching(Action act) => Reaching(() =>
    {
        act();
        return true;
    });

    private T Reaching<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DbException failure)
        {
            throw new IOException($"The ledger {Name} cannot be read: {failure.Message} What was read before stays in force. Is the database there, with the tables nulls_ledger and nulls_ledger_schema, and may this user read and add rows?", failure);
        }
    }
}
