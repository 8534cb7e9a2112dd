using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests.Hosting.BadInput;

/// <summary>Whatever becomes of the ledger while a service runs, it keeps serving, keeps what is deleted deleted, and acknowledges nothing that is not recorded.</summary>
public sealed class LedgerWhileServingTests : IDisposable
{
    private readonly ServedModel _served = new();

    public void Dispose() => _served.Dispose();

    [FactOnLinux]
    public async Task A_ledger_that_may_not_be_written_is_an_error_and_no_obstacle_later()
    {
        var services = await _served.StartAsync();
        await ServedModel.UnlearnAsync(services, "house-1");

        // Even for who may write everything, a folder is no file to write.
        var path = _served.LedgerPath + ".lock";
        File.Delete(path);
        Directory.CreateDirectory(path);
        var error = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => ServedModel.UnlearnAsync(services, "house-2"));
        Assert.Contains("Nothing was recorded", error.Message);
        await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);

        Directory.Delete(path);
        await ServedModel.UnlearnAsync(services, "house-2");
        await AssertServesAsync(services, deleted: ["house-1", "house-2"], inUse: ["house-3"]);
    }

    [FactOnLinux]
    public async Task A_full_disk_is_an_error_loses_nothing_and_is_no_obstacle_once_there_is_room()
    {
        var services = await _served.StartAsync();
        await ServedModel.UnlearnAsync(services, "house-1");
        using (new FileSizeLimit(new FileInfo(_served.LedgerPath).Length + 20))
        {
            var error = await Assert.ThrowsAsync<IOException>(() => ServedModel.UnlearnAsync(services, "house-2"));
            Assert.Contains("Nothing was recorded", error.Message);
            await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);
        }

        await ServedModel.UnlearnAsync(services, "house-2");
        await AssertServesAsync(services, deleted: ["house-1", "house-2"], inUse: ["house-3"]);
        Assert.Equal(2, _served.CountEntries());
    }

    [Fact]
    public async Task A_ledger_that_is_edited_is_an_error_and_changes_no_answer()
    {
        var services = await _served.StartAsync();
        await ServedModel.UnlearnAsync(services, "house-1");
        var whole = await File.ReadAllTextAsync(_served.LedgerPath);
        await File.WriteAllTextAsync(_served.LedgerPath, whole.Replace("disable", "restore", StringComparison.Ordinal) + "{}\n");
        await Assert.ThrowsAsync<InvalidDataException>(() => ServedModel.UnlearnAsync(services, "house-2"));
        await Task.Delay(5 * ServedModel.PollInterval);
        await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);

        await File.WriteAllTextAsync(_served.LedgerPath, whole);
        await ServedModel.UnlearnAsync(services, "house-2");
        await AssertServesAsync(services, deleted: ["house-1", "house-2"], inUse: ["house-3"]);
    }

    [Fact]
    public async Task An_older_copy_of_the_ledger_brings_no_source_back()
    {
        var services = await _served.StartAsync();
        var older = await File.ReadAllBytesAsync(_served.LedgerPath);
        await ServedModel.UnlearnAsync(services, "house-1");
        await File.WriteAllBytesAsync(_served.LedgerPath, older);
        await Task.Delay(5 * ServedModel.PollInterval);
        await Assert.ThrowsAsync<InvalidDataException>(() => ServedModel.UnlearnAsync(services, "house-2"));
        await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);
    }

    [Fact]
    public async Task A_ledger_that_is_gone_is_an_error_and_is_never_made_anew()
    {
        var services = await _served.StartAsync();
        await ServedModel.UnlearnAsync(services, "house-1");
        File.Move(_served.LedgerPath, _served["away"]);
        await Assert.ThrowsAnyAsync<IOException>(() => ServedModel.UnlearnAsync(services, "house-2"));
        await Task.Delay(5 * ServedModel.PollInterval);
        Assert.False(File.Exists(_served.LedgerPath));
        await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);

        File.Move(_served["away"], _served.LedgerPath);
        await ServedModel.UnlearnAsync(services, "house-2");
        Assert.Equal(2, _served.CountEntries());
    }

    [Fact]
    public async Task A_database_that_goes_away_and_comes_back_loses_nothing_and_is_caught_up_with()
    {
        var path = _served["ledger.db"];
        using var database = SqliteFactory.Instance.CreateDataSource($"Data Source={path};Pooling=False");
        void UseDatabase(NullsServiceOptions o) => (o.LedgerPath, o.LedgerDatabase) = (null, _ => database);
        var services = await _served.StartAsync(UseDatabase);
        await ServedModel.UnlearnAsync(services, "house-1");
        var head = ServedModel.Unlearning(services).Ledger!.State.Head; // One is configured.
        File.Move(path, path + ".away");
        Directory.CreateDirectory(path);
        await Assert.ThrowsAsync<IOException>(() => ServedModel.UnlearnAsync(services, "house-2"));
        await Task.Delay(5 * ServedModel.PollInterval);
        await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);

        Directory.Delete(path);
        File.Move(path + ".away", path);
        var other = await _served.StartAsync(UseDatabase);
        await ServedModel.UnlearnAsync(other, "house-4");
        await WaitUntilAsync(async () => await ServedModel.StateOfAsync(services, "house-4") == SinkState.Backbone);
        await ServedModel.UnlearnAsync(services, "house-2");
        await AssertServesAsync(services, deleted: ["house-1", "house-2", "house-4"], inUse: ["house-3"]);
        using var key = LedgerKey.Load(_served.KeyPath);
        Assert.True(LedgerVerification.Of(database, "nulls", key, head).IsIntact);
    }

    private static async Task AssertServesAsync(IServiceProvider services, string[] deleted, string[] inUse)
    {
        var unlearning = services.GetRequiredService<IUnlearningService>();
        foreach (var source in deleted)
        {
            Assert.Equal(SinkState.Backbone, await ServedModel.StateOfAsync(services, source));
            Assert.Equal(SourceStatus.Unlearned, unlearning.GetStatus(source));
        }

        foreach (var source in inUse)
        {
            Assert.Equal(SinkState.Own, await ServedModel.StateOfAsync(services, source));
            Assert.Equal(SourceStatus.InUse, unlearning.GetStatus(source));
        }
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await isSo())
            await Task.Delay(ServedModel.PollInterval, patience.Token);
    }
}
