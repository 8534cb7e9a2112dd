using Microsoft.Extensions.DependencyInjection;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests.Hosting.BadInput;

/// <summary>Whatever becomes of the ledger while a service runs, it keeps serving, keeps what is deleted deleted, and acknowledges nothing that is not recorded.</summary>
public sealed class LedgerWhileServingTests : IDisposable
{
    private readonly HostedModel _hosted = new();

    public void Dispose() => _hosted.Dispose();

    [FactOnLinux]
    public async Task A_ledger_that_may_not_be_written_is_an_error_and_no_obstacle_later()
    {
        var services = await _hosted.StartAsync();
        await HostedModel.UnlearnAsync(services, "house-1");

        // Even for who may write everything, a folder is no file to write.
        var path = _hosted.LedgerPath + ".lock";
        File.Delete(path);
        Directory.CreateDirectory(path);
        var error = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => HostedModel.UnlearnAsync(services, "house-2"));
        Assert.Contains("Nothing was recorded", error.Message);
        await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);

        Directory.Delete(path);
        await HostedModel.UnlearnAsync(services, "house-2");
        await AssertServesAsync(services, deleted: ["house-1", "house-2"], inUse: ["house-3"]);
    }

    [FactOnLinux]
    public async Task A_full_disk_is_an_error_loses_nothing_and_is_no_obstacle_once_there_is_room()
    {
        var services = await _hosted.StartAsync();
        await HostedModel.UnlearnAsync(services, "house-1");
        using (new FileSizeLimit(new FileInfo(_hosted.LedgerPath).Length + 20))
        {
            var error = await Assert.ThrowsAsync<IOException>(() => HostedModel.UnlearnAsync(services, "house-2"));
            Assert.Contains("Nothing was recorded", error.Message);
            await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);
        }

        await HostedModel.UnlearnAsync(services, "house-2");
        await AssertServesAsync(services, deleted: ["house-1", "house-2"], inUse: ["house-3"]);
        Assert.Equal(2, _hosted.CountEntries());
    }

    [Fact]
    public async Task A_ledger_that_is_edited_is_an_error_and_changes_no_answer()
    {
        var services = await _hosted.StartAsync();
        await HostedModel.UnlearnAsync(services, "house-1");
        var whole = await File.ReadAllTextAsync(_hosted.LedgerPath);
        await File.WriteAllTextAsync(_hosted.LedgerPath, whole.Replace("disable", "restore", StringComparison.Ordinal) + "{}\n");
        await Assert.ThrowsAsync<InvalidDataException>(() => HostedModel.UnlearnAsync(services, "house-2"));
        await Task.Delay(5 * HostedModel.PollInterval);
        await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);

        await File.WriteAllTextAsync(_hosted.LedgerPath, whole);
        await HostedModel.UnlearnAsync(services, "house-2");
        await AssertServesAsync(services, deleted: ["house-1", "house-2"], inUse: ["house-3"]);
    }

    [Fact]
    public async Task An_older_copy_of_the_ledger_brings_no_source_back()
    {
        var services = await _hosted.StartAsync();
        var older = await File.ReadAllBytesAsync(_hosted.LedgerPath);
        await HostedModel.UnlearnAsync(services, "house-1");
        await File.WriteAllBytesAsync(_hosted.LedgerPath, older);
        await Task.Delay(5 * HostedModel.PollInterval);
        await Assert.ThrowsAsync<InvalidDataException>(() => HostedModel.UnlearnAsync(services, "house-2"));
        await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);
    }

    [Fact]
    public async Task A_ledger_that_is_gone_is_an_error_and_is_never_made_anew()
    {
        var services = await _hosted.StartAsync();
        await HostedModel.UnlearnAsync(services, "house-1");
        File.Move(_hosted.LedgerPath, _hosted.Folder["away"]);
        await Assert.ThrowsAnyAsync<IOException>(() => HostedModel.UnlearnAsync(services, "house-2"));
        await Task.Delay(5 * HostedModel.PollInterval);
        Assert.False(File.Exists(_hosted.LedgerPath));
        await AssertServesAsync(services, deleted: ["house-1"], inUse: ["house-2"]);

        File.Move(_hosted.Folder["away"], _hosted.LedgerPath);
        await HostedModel.UnlearnAsync(services, "house-2");
        Assert.Equal(2, _hosted.CountEntries());
    }

    private static async Task AssertServesAsync(IServiceProvider services, string[] deleted, string[] inUse)
    {
        var unlearning = services.GetRequiredService<IUnlearningService>();
        foreach (var source in deleted)
        {
            Assert.Equal(SinkState.Backbone, await HostedModel.StateOfAsync(services, source));
            Assert.Equal(SourceStatus.Unlearned, unlearning.GetStatus(source));
        }

        foreach (var source in inUse)
        {
            Assert.Equal(SinkState.Own, await HostedModel.StateOfAsync(services, source));
            Assert.Equal(SourceStatus.InUse, unlearning.GetStatus(source));
        }
    }
}
