using Npgsql;

namespace Nulls.Tests.Support;

/// <summary>An empty database of a test's own on the PostgreSQL server of the tests, which can refuse connections for a while.</summary>
public sealed class PostgresDatabase : IDisposable
{
    private readonly string _name = $"nulls_{Guid.NewGuid():N}";

    public PostgresDatabase()
    {
        OnServer($"CREATE DATABASE {_name}");
        Source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(FactNeedingPostgresAttribute.ConnectionString) { Database = _name });
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>Cuts all connections.</summary>
    public void Cut() => OnServer($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name}'");

    /// <summary>Cuts all connections and takes no more.</summary>
    public void GoAway()
    {
        OnServer($"ALTER DATABASE {_name} ALLOW_CONNECTIONS false");
        Cut();
    }

    /// <summary>Takes connections again.</summary>
    public void ComeBack() => OnServer($"ALTER DATABASE {_name} ALLOW_CONNECTIONS true");

    public void Dispose()
    {
        Source.Dispose();
        OnServer($"DROP DATABASE {_name} WITH (FORCE)");
    }

    private static void OnServer(string sql)
    {
        using var server = NpgsqlDataSource.Create(FactNeedingPostgresAttribute.ConnectionString!); // There is one where the test is not skipped.
        using var command = server.CreateCommand(sql);
        command.ExecuteNonQuery();
    }
}
