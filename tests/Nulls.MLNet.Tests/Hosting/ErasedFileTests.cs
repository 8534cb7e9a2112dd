using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nulls.MLNet.Hosting;

namespace Nulls.MLNet.Tests.Hosting;

/// <summary>What becomes of the served model's file when sources are erased.</summary>
public class ErasedFileTests
{
    private const string Source = "house-2";

    [FactOnLinux]
    public async Task A_file_that_could_not_be_written_degrades_health_and_is_written_once_there_is_room()
    {
        await using var hosted = new HostedModel();
        var clock = new ShiftedClock();
        var services = await hosted.StartAsync(with: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        await EraseWithoutRoomAsync(hosted, services);
        var health = await HostedModel.HealthAsync(services);
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("still holds it", health.Entries.Values.Single().Description);
        Assert.True(IsHeld(hosted.ModelPath));

        clock.Shift = ModelOrders.SaveInterval;
        await HostedModel.UntilAsync(() => Task.FromResult(!IsHeld(hosted.ModelPath)));
        await HostedModel.UntilAsync(async () => (await HostedModel.HealthAsync(services)).Status == HealthStatus.Healthy);
    }

    [FactOnLinux]
    public async Task A_file_that_could_not_be_written_is_written_at_the_next_start()
    {
        await using var hosted = new HostedModel();
        await EraseWithoutRoomAsync(hosted, await hosted.StartAsync());
        Assert.True(IsHeld(hosted.ModelPath));
        await hosted.StartAsync();
        Assert.False(IsHeld(hosted.ModelPath));
    }

    [Fact]
    public async Task Erasing_one_source_takes_nothing_from_the_file_of_another_that_is_only_unlearned()
    {
        await using var hosted = new HostedModel();
        var unlearning = (await hosted.StartAsync()).GetRequiredService<IUnlearningService>();
        await unlearning.UnlearnAsync(["house-1"], HostedModel.Request);
        await unlearning.EraseAsync([Source], HostedModel.Request);

        var restarted = (await hosted.StartAsync()).GetRequiredService<IUnlearningService>();
        Assert.Equal(SourceStatus.Unlearned, restarted.GetStatus("house-1"));
        await restarted.RestoreAsync(["house-1"], HostedModel.Request);
        using var bundle = restarted.OpenBundle();
        Assert.Equal("house-1", bundle.Sources.GetKeyOrNull(1));
        Assert.Contains(bundle.NearestSources(HostedModel.TextOf(1).Text, 3), near => near.Source == bundle.Sources.GetId(1));
    }

    [Fact]
    public async Task What_another_instance_ordered_to_be_erased_leaves_this_ones_own_copy_too()
    {
        await using var hosted = new HostedModel();
        var copy = hosted.Folder["copy"];
        TinyModel.Bundle.Save(copy);
        var one = await hosted.StartAsync();
        await hosted.StartAsync(o => o.ModelPath = copy);
        await one.GetRequiredService<IUnlearningService>().EraseAsync([Source], HostedModel.Request);
        await HostedModel.UntilAsync(() => Task.FromResult(!IsHeld(copy)));
    }

    [Fact]
    public async Task Instances_on_one_file_that_erase_in_turn_leave_nothing_of_either_source_in_it()
    {
        await using var hosted = new HostedModel();
        var (one, other) = (await hosted.StartAsync(), await hosted.StartAsync());
        foreach (var (services, source) in new[] { (one, Source), (other, "house-1"), (one, "house-3") })
        {
            var receipt = await services.GetRequiredService<IUnlearningService>().EraseAsync([source], HostedModel.Request);
            Assert.Empty(receipt.ArtefactsToRecall);
            Assert.False(IsHeld(hosted.ModelPath, source));
        }

        Assert.False(IsHeld(hosted.ModelPath));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_newer_model_at_the_path_is_erased_and_not_written_over_by_an_order_to_the_earlier_one(bool hasLedger)
    {
        await using var hosted = new HostedModel();
        var unlearning = (await hosted.StartAsync(o =>
        {
            if (!hasLedger)
                (o.LedgerPath, o.LedgerKeyPath, o.CreateLedger) = (null, null, false);
        })).GetRequiredService<IUnlearningService>();
        using var newer = TinyModel.Bundle.Erase(["house-1"]);
        newer.Save(hosted.ModelPath);
        Assert.Empty((await unlearning.EraseAsync([Source], HostedModel.Request)).ArtefactsToRecall);

        using var expected = newer.Erase([Source]);
        using var saved = NullsBundle.Load(hosted.ModelPath);
        Assert.Equal(expected.ModelDigest, saved.ModelDigest);
        Assert.Equal(SourceStatus.InUse, unlearning.GetStatus("house-1"));
    }

    private static async Task EraseWithoutRoomAsync(HostedModel hosted, IServiceProvider services)
    {
        using var limit = new FileSizeLimit(new FileInfo(hosted.LedgerPath).Length + 4000);
        var receipt = await services.GetRequiredService<IUnlearningService>().EraseAsync([Source], HostedModel.Request);
        Assert.Equal([hosted.ModelPath], receipt.ArtefactsToRecall);
        Assert.Equal(SourceStatus.Erased, services.GetRequiredService<IUnlearningService>().GetStatus(Source));
    }

    private static bool IsHeld(string path, string source = Source)
    {
        using var saved = NullsBundle.Load(path);
        return saved.Sources.TryGetIndex(source, out _);
    }

    /// <summary>A clock that can be set forward.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        private long _shift;

        public TimeSpan Shift
        {
            get => new(Interlocked.Read(ref _shift));
            set => Interlocked.Exchange(ref _shift, value.Ticks);
        }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Shift.TotalSeconds * TimestampFrequency);
    }
}
