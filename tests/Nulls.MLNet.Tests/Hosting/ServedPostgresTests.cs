using System.Data.Common;

namespace Nulls.MLNet.Tests.Hosting;

public sealed class ServedPostgresTests : ServedDatabaseTests
{
    // Not made where the test is skipped.
    private readonly Lazy<PostgresDatabase> _database = new(() => new PostgresDatabase());

    protected override DbDataSource Database => _database.Value.Source;

    protected override void GoAway() => _database.Value.GoAway();

    protected override void ComeBack() => _database.Value.ComeBack();

    protected override IDisposable Hold()
    {
        var connection = Database.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN; LOCK TABLE nulls_ledger IN ACCESS EXCLUSIVE MODE";
        command.ExecuteNonQuery();
        return connection;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_database.IsValueCreated)
            _database.Value.Dispose();
    }

    [FactNeedingPostgres]
    public Task Serving_outlives_an_outage() => ServingOutlivesAnOutage();

    [FactNeedingPostgres]
    public Task A_slow_database_delays_the_order_that_waits_for_it_alone() => ASlowDatabaseDelaysTheOrderThatWaitsForItAlone();

    [FactNeedingPostgres]
    public Task An_application_stops_though_its_database_hangs() => AnApplicationStopsThoughItsDatabaseHangs();
}
