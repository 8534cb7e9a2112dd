using Nulls.Inference;
using Nulls.Sources;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests.Hosting.BadInput;

/// <summary>A service whose ledger is not the one that it should be does not start: it could answer from deleted sources.</summary>
public sealed class LedgerAtStartTests : IDisposable
{
    private readonly HostedModel _hosted = new();

    public void Dispose() => _hosted.Dispose();

    [Fact]
    public async Task A_wrong_key_is_refused_with_both_ids()
    {
        await DeleteAsync("house-3");
        string right;
        using (var key = LedgerKey.Load(_hosted.KeyPath))
            right = key.Id;
        using var wrong = LedgerKey.Create(_hosted.Folder["other.key"]);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => _hosted.StartAsync(o => o.LedgerKeyPath = _hosted.Folder["other.key"]));
        Assert.Contains(right, error.Message);
        Assert.Contains(wrong.Id, error.Message);
    }

    [Fact]
    public async Task A_lost_key_is_refused_and_never_made_anew()
    {
        await DeleteAsync("house-3");
        File.Delete(_hosted.KeyPath);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => _hosted.StartAsync());
        Assert.Contains(_hosted.KeyPath, error.Message);
        Assert.False(File.Exists(_hosted.KeyPath));
    }

    [Fact]
    public async Task A_ledger_of_another_model_is_refused()
    {
        using (var key = LedgerKey.Load(_hosted.KeyPath))
            UnlearningLedger.Create(_hosted.LedgerPath, key, new SourceRegistry(), "sha256:" + new string('a', 64));
        Assert.Contains("another model", (await Assert.ThrowsAnyAsync<Exception>(() => _hosted.StartAsync())).Message);
    }

    [Fact]
    public async Task A_lost_ledger_is_refused_unless_one_is_to_be_made()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => _hosted.StartAsync(o => o.CreateLedger = false));
        Assert.Contains(_hosted.LedgerPath, error.Message);
        Assert.False(File.Exists(_hosted.LedgerPath));
    }

    [Fact]
    public async Task An_edited_ledger_is_refused()
    {
        await DeleteAsync("house-3");
        await File.WriteAllTextAsync(_hosted.LedgerPath, (await File.ReadAllTextAsync(_hosted.LedgerPath)).Replace("consent-withdrawn", "consent-withdrawm", StringComparison.Ordinal));
        Assert.Contains(_hosted.LedgerPath, (await Assert.ThrowsAnyAsync<Exception>(() => _hosted.StartAsync())).Message);
    }

    [Fact]
    public async Task A_replayed_record_is_refused()
    {
        await DeleteAsync("house-3");
        var lines = await File.ReadAllLinesAsync(_hosted.LedgerPath);
        await File.AppendAllTextAsync(_hosted.LedgerPath, lines[^1] + "\n");
        Assert.Contains(_hosted.LedgerPath, (await Assert.ThrowsAnyAsync<Exception>(() => _hosted.StartAsync())).Message);
    }

    [Fact]
    public async Task A_torn_last_record_is_no_obstacle()
    {
        await DeleteAsync("house-3");
        await File.AppendAllTextAsync(_hosted.LedgerPath, "{\"sequence\":2,");
        var services = await _hosted.StartAsync();
        Assert.Equal(SinkState.Backbone, await HostedModel.StateOfAsync(services, "house-3"));
        await HostedModel.UnlearnAsync(services, "house-4");
        Assert.Equal(2, _hosted.CountEntries());
    }

    [Fact]
    public async Task A_model_of_another_digest_than_expected_is_refused_with_both() =>
        Assert.Contains(TinyModel.Bundle.ModelDigest, (await Assert.ThrowsAnyAsync<Exception>(() => _hosted.StartAsync(o => o.ExpectedDigest = "sha256:" + new string('b', 64)))).Message);

    // By a bundle and a ledger alone: what an application before this one did.
    private Task DeleteAsync(string source)
    {
        using var key = LedgerKey.Load(_hosted.KeyPath);
        var ledger = UnlearningLedger.Create(_hosted.LedgerPath, key, TinyModel.Bundle.Sources, TinyModel.Bundle.ModelDigest);
        ledger.Append(LedgerAction.Disable, [source], HostedModel.Request, TinyModel.Bundle.ModelDigest);
        return Task.CompletedTask;
    }
}
