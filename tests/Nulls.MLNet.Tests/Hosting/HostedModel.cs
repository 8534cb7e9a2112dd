using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests.Hosting;

/// <summary>The tiny model in a folder of its own, a ledger and its key beside it, and the applications that serve it.</summary>
internal sealed class HostedModel : IAsyncDisposable, IDisposable
{
    public static readonly LedgerRequest Request = new() { Actor = "privacy-office", ReasonCode = "consent-withdrawn", LegalBasis = "GDPR Art. 17(1)(b)" };

    /// <summary>How often the applications look at the ledger: short, so that a test need not wait.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly List<IHost> _hosts = [];

    public HostedModel()
    {
        TinyModel.Bundle.Save(ModelPath);
        LedgerKey.Create(KeyPath).Dispose();
    }

    public TemporaryFolder Folder { get; } = new();

    public string ModelPath => Folder["model"];

    public string LedgerPath => Folder["unlearning.ledger"];

    public string KeyPath => Folder["ledger.key"];

    /// <summary>Gets all that the applications logged, exceptions included.</summary>
    public ConcurrentQueue<string> Logged { get; } = new();

    /// <summary>Gets the services of the application that was started last.</summary>
    public IServiceProvider Services => _hosts[^1].Services;

    /// <summary>Starts an application, which makes the ledger when there is none.</summary>
    public async Task<IServiceProvider> StartAsync(Action<NullsServiceOptions>? options = null, Action<NullsServiceBuilder>? with = null)
    {
        var host = await ServedApplication.StartAsync(ServedApplication.Build(
            ModelPath, LedgerPath, KeyPath, logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new QueueLog(Logged)),
            o =>
            {
                o.LedgerPollInterval = PollInterval;
                options?.Invoke(o);
            },
            with));
        _hosts.Add(host);
        return host.Services;
    }

    /// <summary>Reads the sources' entries that are in the ledger's file.</summary>
    public int CountEntries()
    {
        using var key = LedgerKey.Load(KeyPath);
        return UnlearningLedger.Open(LedgerPath, key).ReadEntries().Count();
    }

    public static ScoringRequest TextOf(int house) => new(TinyModel.Sourced.First(row => row.Source == TinyModel.Sources[house]).Text, TinyModel.Sources[house]);

    /// <summary>Asks for a text of a source, and tells which sinks ran.</summary>
    public static async Task<SinkState> StateOfAsync(IServiceProvider services, string source) =>
        (await services.GetRequiredService<INullsScorer>().ScoreAsync(new ScoringRequest(TinyModel.Sourced.First(row => row.Source == source).Text, source))).SinkState;

    public static IUnlearningService Unlearning(IServiceProvider services) => services.GetRequiredService<IUnlearningService>();

    public static Task<UnlearningReceipt> UnlearnAsync(IServiceProvider services, params string[] sources) => Unlearning(services).UnlearnAsync(sources, Request);

    public static Task<HealthReport> HealthAsync(IServiceProvider services) => services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await isSo())
            await Task.Delay(5, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }

        Folder.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private sealed class QueueLog(ConcurrentQueue<string> logged) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => logged.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
