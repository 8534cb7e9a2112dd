using System.Data.Common;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests.Hosting;

/// <summary>What becomes of a service whose ledger's database is away or slow: each class below says of which database, and states it as facts.</summary>
public abstract class ServedDatabaseTests : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(400);

    // What one look may take on a busy machine, the connections of before cut.
    private static readonly TimeSpan OneLook = TimeSpan.FromSeconds(2);

    private protected HostedModel Hosted { get; } = new();

    protected abstract DbDataSource Database { get; }

    protected abstract void GoAway();

    protected abstract void ComeBack();

    /// <summary>Lets nobody else read or write until what it returns is disposed.</summary>
    protected abstract IDisposable Hold();

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual Task DisposeAsync() => Hosted.DisposeAsync().AsTask();

    protected async Task ServingOutlivesAnOutage()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        var acknowledged = new List<LedgerEntry> { Entry(await HostedModel.UnlearnAsync(one, "house-1")) };
        await HostedModel.UntilAsync(async () => await HostedModel.StateOfAsync(other, "house-1") == SinkState.Backbone);
        await using var clients = new AskingClients(one, other);

        GoAway();
        for (var attempt = 0; attempt < 3; attempt++)
            Assert.Contains("Is the database there", (await Assert.ThrowsAsync<IOException>(() => HostedModel.UnlearnAsync(one, "house-2"))).Message);
        Assert.Equal(SourceStatus.InUse, HostedModel.Unlearning(one).GetStatus("house-2"));
        foreach (var services in new[] { one, other })
            await HostedModel.UntilAsync(async () => (await HostedModel.HealthAsync(services)).Status == HealthStatus.Degraded);
        Assert.Contains("cannot read its ledger", (await HostedModel.HealthAsync(one)).Entries["nulls"].Description);
        await clients.RequireAnswersAsync();

        ComeBack();
        var back = Stopwatch.GetTimestamp();
        acknowledged.Add(Entry(await UntilTakenAsync(() => HostedModel.UnlearnAsync(other, "house-4"))));
        Assert.True(Stopwatch.GetElapsedTime(back) < OneLook);
        var ordered = Stopwatch.GetTimestamp();
        await HostedModel.UntilAsync(async () => await HostedModel.StateOfAsync(one, "house-4") == SinkState.Backbone);
        Assert.True(Stopwatch.GetElapsedTime(ordered) < HostedModel.PollInterval + OneLook, $"It took {Stopwatch.GetElapsedTime(ordered)}.");
        acknowledged.Add(Entry(await HostedModel.UnlearnAsync(one, "house-2")));
        foreach (var services in new[] { one, other })
            await HostedModel.UntilAsync(async () => (await HostedModel.HealthAsync(services)).Status == HealthStatus.Healthy);
        await clients.RequireAnswersAsync();
        Assert.Equal(acknowledged.Select(entry => entry.Hash), ReadEntries().Select(entry => entry.Hash));
    }

    protected async Task ASlowDatabaseDelaysTheOrderThatWaitsForItAlone()
    {
        var services = await StartAsync(
            o => o.LedgerTimeout = Timeout,
            builder => builder.Services.AddNulls("other", o => (o.ModelPath, o.LedgerPath, o.LedgerKeyPath, o.CreateLedger) = (Hosted.ModelPath, Hosted.LedgerPath, Hosted.KeyPath, true)));
        await using var clients = new AskingClients(services);
        using (Hold())
        {
            var start = Stopwatch.GetTimestamp();
            var order = HostedModel.UnlearnAsync(services, "house-2");
            // One that waits for the first to come back, and one of a model with another ledger.
            var next = HostedModel.UnlearnAsync(services, "house-4");
            await services.GetRequiredKeyedService<IUnlearningService>("other").UnlearnAsync(["house-3"], HostedModel.Request);
            Assert.False(order.IsCompleted, "The order of the other model waited.");
            await clients.RequireAnswersAsync();
            string[] messages = [(await Assert.ThrowsAsync<TimeoutException>(() => order)).Message, (await Assert.ThrowsAsync<TimeoutException>(() => next)).Message];
            Assert.All(messages, message => Assert.Contains("LedgerTimeout", message));
            Assert.InRange(Stopwatch.GetElapsedTime(start), 0.9 * Timeout, Timeout + OneLook);
            await HostedModel.UntilAsync(async () => (await HostedModel.HealthAsync(services)).Status == HealthStatus.Degraded);
            await clients.RequireAnswersAsync();
        }

        // Whether the order was recorded all the same is for the ledger to say; what it says is in force.
        await HostedModel.UntilAsync(async () => (await HostedModel.HealthAsync(services)).Status == HealthStatus.Healthy);
        await UntilTakenAsync(() => HostedModel.UnlearnAsync(services, "house-5"));
        var recorded = ReadEntries();
        var head = recorded[^1].Head;
        await HostedModel.UntilAsync(() => Task.FromResult(services.GetRequiredService<INullsScorer>().Model.LedgerHead == head));
        var named = recorded.SelectMany(entry => entry.Sources).ToHashSet();
        foreach (var source in new[] { "house-2", "house-4", "house-5" })
            Assert.Equal(named.Contains(HostedModel.Unlearning(services).Ledger!.PseudonymOf(source)) ? SinkState.Backbone : SinkState.Own, await HostedModel.StateOfAsync(services, source));
    }

    protected async Task AnApplicationStopsThoughItsDatabaseHangs()
    {
        var services = await StartAsync();
        using (Hold())
        {
            await Task.Delay(5 * HostedModel.PollInterval);
            var start = Stopwatch.GetTimestamp();
            await services.GetRequiredKeyedService<ModelHost>("").StopAsync(CancellationToken.None);
            Assert.True(Stopwatch.GetElapsedTime(start) < OneLook);
        }
    }

    private static LedgerEntry Entry(UnlearningReceipt receipt) => receipt.Entry ?? throw new InvalidOperationException("The order has no entry.");

    // A connection of before may have to be found cut first.
    private static async Task<UnlearningReceipt> UntilTakenAsync(Func<Task<UnlearningReceipt>> order)
    {
        while (true)
        {
            try
            {
                return await order();
            }
            catch (IOException)
            {
                await Task.Delay(HostedModel.PollInterval);
            }
        }
    }

    private Task<IServiceProvider> StartAsync(Action<NullsServiceOptions>? options = null, Action<NullsServiceBuilder>? with = null) => Hosted.StartAsync(
        o =>
        {
            (o.LedgerPath, o.LedgerDatabase) = (null, _ => Database);
            options?.Invoke(o);
        },
        with);

    private LedgerEntry[] ReadEntries()
    {
        using var key = LedgerKey.Load(Hosted.KeyPath);
        var ledger = UnlearningLedger.Open(Database, "nulls", key);
        Assert.True(LedgerVerification.Of(Database, "nulls", key, ledger.State.Head).IsIntact);
        return [.. ledger.ReadEntries()];
    }

    /// <summary>Clients that ask for a source in use all the while, and for house-1, which must not come back once it is gone.</summary>
    private sealed class AskingClients : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Task[] _clients;
        private int _answers;

        public AskingClients(params IServiceProvider[] instances) => _clients = [.. instances.Select(services => Task.Run(() => AskAsync(services)))];

        /// <summary>Waits for answers that were asked for from now on.</summary>
        public async Task RequireAnswersAsync()
        {
            var enough = Volatile.Read(ref _answers) + (20 * _clients.Length);
            await HostedModel.UntilAsync(() => Task.FromResult(Volatile.Read(ref _answers) >= enough));
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Task.WhenAll(_clients);
            _end.Dispose();
        }

        private async Task AskAsync(IServiceProvider services)
        {
            var wasDeleted = false;
            while (!_end.IsCancellationRequested)
            {
                Assert.Equal(SinkState.Own, await HostedModel.StateOfAsync(services, "house-7"));
                var isDeleted = await HostedModel.StateOfAsync(services, "house-1") == SinkState.Backbone;
                Assert.True(isDeleted || !wasDeleted);
                wasDeleted = isDeleted;
                Interlocked.Increment(ref _answers);
            }
        }
    }
}
