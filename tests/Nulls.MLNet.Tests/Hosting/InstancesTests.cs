using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.ML;
using Nulls.Inference;
using Nulls.MLNet.Hosting;

namespace Nulls.MLNet.Tests.Hosting;

public class InstancesTests
{
    private const string Source = "house-2";

    [Fact]
    public async Task A_deletion_reaches_another_instance_by_the_ledgers_file()
    {
        await using var hosted = new HostedModel();
        await AssertReachesAsync(await hosted.StartAsync(), await hosted.StartAsync());
    }

    [Fact]
    public async Task A_deletion_reaches_another_instance_by_a_database()
    {
        await using var hosted = new HostedModel();
        using var database = SqliteFactory.Instance.CreateDataSource($"Data Source={hosted.Folder["ledger.db"]};Pooling=False");
        void InDatabase(NullsServiceOptions o) => (o.LedgerPath, o.LedgerDatabase) = (null, _ => database);
        await AssertReachesAsync(await hosted.StartAsync(InDatabase), await hosted.StartAsync(InDatabase));
    }

    [Fact]
    public async Task What_is_erased_is_gone_from_the_folder_and_stays_erased_after_a_restart()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync();
        var receipt = await services.GetRequiredService<IUnlearningService>().EraseAsync([Source], HostedModel.Request);
        Assert.Empty(receipt.ArtefactsToRecall);
        Assert.NotEqual(TinyModel.Bundle.ModelDigest, receipt.Model.ModelDigest);
        using (var saved = NullsBundle.Load(hosted.ModelPath))
            Assert.Equal(receipt.Model.ModelDigest, saved.ModelDigest);
        var other = await hosted.StartAsync();
        Assert.Equal(SourceStatus.Erased, other.GetRequiredService<IUnlearningService>().GetStatus(Source));
    }

    [Fact]
    public async Task An_old_model_file_is_erased_again_when_it_is_loaded()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync();
        var erased = await services.GetRequiredService<IUnlearningService>().EraseAsync([Source], HostedModel.Request);
        TinyModel.Bundle.Save(hosted.ModelPath);
        await services.GetRequiredService<IUnlearningService>().ReplaceModelAsync();
        Assert.Equal(erased.Model.ModelDigest, services.GetRequiredService<INullsScorer>().Model.ModelDigest);
    }

    [Fact]
    public async Task A_zip_is_served_and_erased_in_place()
    {
        await using var hosted = new HostedModel();
        var (ml, path) = (new MLContext(), hosted.Folder["model.zip"]);
        using (var model = TinyModel.In(ml))
            ml.Model.Save(model, null, path);
        var services = await hosted.StartAsync(o => o.ModelPath = path);
        Assert.Equal(SinkState.Own, (await services.GetRequiredService<INullsScorer>().ScoreAsync(HostedModel.TextOf(2))).SinkState);
        var receipt = await services.GetRequiredService<IUnlearningService>().EraseAsync([Source], HostedModel.Request);
        using var saved = (NullsTransformer)ml.Model.Load(path, out _);
        Assert.Equal(receipt.Model.ModelDigest, saved.Bundle.ModelDigest);
    }

    [Fact]
    public async Task A_newer_model_at_the_path_is_served_by_itself()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync(o => o.WatchForChanges = true);
        var scorer = services.GetRequiredService<INullsScorer>();
        using (var newer = TinyModel.Bundle.Erase([Source]))
        {
            newer.Save(hosted.ModelPath);
            await HostedModel.UntilAsync(() => Task.FromResult(scorer.Model.ModelDigest == newer.ModelDigest));
        }

        Assert.Equal(SinkState.Backbone, (await scorer.ScoreAsync(HostedModel.TextOf(2))).SinkState);
    }

    [Fact]
    public async Task A_ledger_that_is_away_degrades_health_until_it_is_back()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync();
        await services.GetRequiredService<IUnlearningService>().UnlearnAsync([Source], HostedModel.Request);
        Assert.Equal(HealthStatus.Healthy, (await HostedModel.HealthAsync(services)).Status);
        File.Move(hosted.LedgerPath, hosted.Folder["away"]);
        await HostedModel.UntilAsync(async () => (await HostedModel.HealthAsync(services)).Status == HealthStatus.Degraded);
        File.Move(hosted.Folder["away"], hosted.LedgerPath);
        await HostedModel.UntilAsync(async () => (await HostedModel.HealthAsync(services)).Status == HealthStatus.Healthy);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_model_that_runs_a_source_that_was_deleted_elsewhere_or_before_the_start_is_unhealthy(bool isBefore)
    {
        await using var hosted = new HostedModel();
        var one = await hosted.StartAsync();
        var services = isBefore ? null : await hosted.StartAsync();
        await one.GetRequiredService<IUnlearningService>().UnlearnAsync([Source], HostedModel.Request);
        services ??= await hosted.StartAsync();
        await HostedModel.UntilAsync(() => Task.FromResult(services.GetRequiredService<INullsScorer>().Model.UnlearnedCount == 1));
        Assert.Equal(HealthStatus.Healthy, (await HostedModel.HealthAsync(services)).Status);

        // The fault that it is to find: a state in which the source runs.
        services.GetRequiredKeyedService<ModelHost>("").Swap(TinyModel.Bundle.Share(), services.GetRequiredService<IUnlearningService>().Ledger?.State.Head);

        Assert.Equal(HealthStatus.Unhealthy, (await HostedModel.HealthAsync(services)).Status);
    }

    [Fact]
    public async Task A_model_without_a_ledger_that_runs_a_deleted_source_is_unhealthy()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync(o => (o.LedgerPath, o.LedgerKeyPath, o.CreateLedger) = (null, null, false));
        await services.GetRequiredService<IUnlearningService>().UnlearnAsync([Source], HostedModel.Request);
        Assert.Equal(HealthStatus.Healthy, (await HostedModel.HealthAsync(services)).Status);
        services.GetRequiredKeyedService<ModelHost>("").Swap(TinyModel.Bundle.Share(), services.GetRequiredService<IUnlearningService>().Ledger?.State.Head);
        Assert.Equal(HealthStatus.Unhealthy, (await HostedModel.HealthAsync(services)).Status);
    }

    [Fact]
    public async Task Orders_under_way_leave_health_as_it_is()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync();
        var unlearning = services.GetRequiredService<IUnlearningService>();
        var orders = Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await unlearning.UnlearnAsync([Source], HostedModel.Request);
                await unlearning.RestoreAsync([Source], HostedModel.Request);
            }
        });
        do
            Assert.Equal(HealthStatus.Healthy, (await HostedModel.HealthAsync(services)).Status);
        while (!orders.IsCompleted);
        await orders;
    }

    [Fact]
    public async Task A_second_model_under_a_name_is_a_service_of_its_own()
    {
        await using var hosted = new HostedModel();
        var services = await hosted.StartAsync(with: builder => builder.Services.AddNulls("other", o => o.ModelPath = hosted.ModelPath));
        await services.GetRequiredKeyedService<IUnlearningService>("other").UnlearnAsync([Source], HostedModel.Request);
        Assert.Equal(SinkState.Own, (await services.GetRequiredService<INullsScorer>().ScoreAsync(HostedModel.TextOf(2))).SinkState);
        Assert.NotEqual(SinkState.Own, (await services.GetRequiredKeyedService<INullsScorer>("other").ScoreAsync(HostedModel.TextOf(2))).SinkState);
    }

    private static async Task AssertReachesAsync(IServiceProvider one, IServiceProvider other)
    {
        var scorer = other.GetRequiredService<INullsScorer>();
        Assert.Equal(SinkState.Own, (await scorer.ScoreAsync(HostedModel.TextOf(2))).SinkState);
        await one.GetRequiredService<IUnlearningService>().UnlearnAsync([Source], HostedModel.Request);
        await HostedModel.UntilAsync(async () => (await scorer.ScoreAsync(HostedModel.TextOf(2))).SinkState == SinkState.Backbone);
        Assert.Equal(one.GetRequiredService<INullsScorer>().Model.LedgerHead, scorer.Model.LedgerHead);
    }
}
