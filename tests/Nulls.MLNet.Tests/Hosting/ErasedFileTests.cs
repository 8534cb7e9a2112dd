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
        Assert.True(IsHeld(hosted));

        clock.Shift = ModelOrders.SaveInterval;
        await HostedModel.UntilAsync(() => Task.FromResult(IsReleased(hosted)));
        await HostedModel.UntilAsync(async () => (await HostedModel.HealthAsync(services)).Status == HealthStatus.Healthy);
    }

    [FactOnLinux]
    public async Task A_file_that_could_not_be_written_is_written_at_the_next_start()
    {
        await using var hosted = new HostedModel();
        await EraseWithoutRoomAsync(hosted, await hosted.StartAsync());
        Assert.True(IsHeld(hosted));
        await hosted.StartAsync();
        Assert.False(IsHeld(hosted));
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

    private static async Task EraseWithoutRoomAsync(HostedModel hosted, IServiceProvider services)
    {
        using var limit = new FileSizeLimit(new FileInfo(hosted.LedgerPath).Length + 4000);
        var receipt = await services.GetRequiredService<IUnlearningService>().EraseAsync([Source], HostedModel.Request);
        Assert.Equal([hosted.ModelPath], receipt.ArtefactsToRecall);
        Assert.Equal(SourceStatus.Erased, services.GetRequiredService<IUnlearningService>().GetStatus(Source));
    }

    // Read at the moment of its replacement, a folder has parts of two models, and is refused.
    private static bool IsReleased(HostedModel hosted)
    {
        try
        {
            return !IsHeld(hosted);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static bool IsHeld(HostedModel hosted)
    {
        using var saved = NullsBundle.Load(hosted.ModelPath);
        return saved.Sources.TryGetIndex(Source, out _);
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
