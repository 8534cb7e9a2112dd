using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests.Hosting;

/// <summary>The tiny model in a folder, and applications that serve it with one ledger.</summary>
internal sealed class HostedModel : IAsyncDisposable
{
    public static readonly LedgerRequest Request = new() { Actor = "privacy-office", ReasonCode = "consent-withdrawn", LegalBasis = "GDPR Art. 17(1)(b)" };

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

    public async Task<IServiceProvider> StartAsync(Action<NullsServiceOptions>? options = null, Action<NullsServiceBuilder>? with = null)
    {
        var host = Build(options, with);
        try
        {
            await host.StartAsync();
        }
        catch
        {
            host.Dispose();
            throw;
        }

        _hosts.Add(host);
        return host.Services;
    }

    public IHost Build(Action<NullsServiceOptions>? options = null, Action<NullsServiceBuilder>? with = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new QueueLog(Logged)));
        var added = builder.Services.AddNulls(o =>
        {
            (o.ModelPath, o.LedgerPath, o.LedgerKeyPath, o.CreateLedger) = (ModelPath, LedgerPath, KeyPath, true);
            (o.Routing, o.LedgerPollInterval) = (SinkRouting.Backbone, TimeSpan.FromMilliseconds(20));
            options?.Invoke(o);
        });
        builder.Services.AddHealthChecks().AddNulls();
        with?.Invoke(added);
        return builder.Build();
    }

    public static ScoringRequest TextOf(int house) => new(TinyModel.Sourced.First(row => row.Source == TinyModel.Sources[house]).Text, TinyModel.Sources[house]);

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
