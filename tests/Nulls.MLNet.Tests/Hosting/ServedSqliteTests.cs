using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Nulls.MLNet.Tests.Hosting;

public sealed class ServedSqliteTests : ServedDatabaseTests
{
    public ServedSqliteTests() => Database = SqliteFactory.Instance.CreateDataSource($"Data Source={Path};Pooling=False");

    protected override DbDataSource Database { get; }

    private string Path => Hosted.Folder["ledger.db"];

    protected override void GoAway()
    {
        File.Move(Path, Path + ".away");
        Directory.CreateDirectory(Path);
    }

    protected override void ComeBack()
    {
        Directory.Delete(Path);
        File.Move(Path + ".away", Path);
    }

    protected override IDisposable Hold()
    {
        var connection = Database.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return connection;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Database.DisposeAsync();
    }

    [Fact]
    public Task Serving_outlives_an_outage() => ServingOutlivesAnOutage();

    [Fact]
    public Task A_slow_database_delays_the_order_that_waits_for_it_alone() => ASlowDatabaseDelaysTheOrderThatWaitsForItAlone();

    [Fact]
    public Task An_application_stops_though_its_database_hangs() => AnApplicationStopsThoughItsDatabaseHangs();
}
