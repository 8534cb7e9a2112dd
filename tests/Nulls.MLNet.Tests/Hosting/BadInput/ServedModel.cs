using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Nulls.Inference;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace Nulls.MLNet.Tests.Hosting.BadInput;

/// <summary>The tiny model in a folder of its own, its ledger and key beside it, and the applications that serve it.</summary>
internal sealed class ServedModel : IDisposable
{
    public static readonly LedgerRequest Request = new() { Actor = "privacy-office", ReasonCode = "consent-withdrawn", LegalBasis = "GDPR Art. 17(1)(b)" };

    /// <summary>How often the applications look at the ledger: short, so that a test need not wait.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly List<IHost> _hosts = [];

    public ServedModel()
    {
        TinyModel.Bundle.Save(ModelPath);
        LedgerKey.Create(KeyPath).Dispose();
    }

    public string ModelPath => _folder["model"];

    public string LedgerPath => _folder["unlearning.ledger"];

    public string KeyPath => _folder["ledger.key"];

    public string this[string name] => _folder[name];

    /// <summary>Starts an application, which makes the ledger when there is none.</summary>
    public async Task<IServiceProvider> StartAsync(Action<NullsServiceOptions>? options = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging();
        builder.Services.AddNulls(o =>
        {
            o.ModelPath = ModelPath;
            o.Routing = SinkRouting.Backbone;
            o.LedgerPath = LedgerPath;
            o.LedgerKeyPath = KeyPath;
            o.CreateLedger = true;
            o.LedgerPollInterval = PollInterval;
            options?.Invoke(o);
        });
        var host = builder.Build();
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

    /// <summary>Asks for a text of a source, and tells which sinks ran.</summary>
    public static async Task<SinkState> StateOfAsync(IServiceProvider services, string source)
    {
        var text = TinyModel.Sourced.First(row => row.Source == source).Text;
        return (await services.GetRequiredService<INullsScorer>().ScoreAsync(new ScoringRequest(text, source))).SinkState;
    }

    public static IUnlearningService Unlearning(IServiceProvider services) => services.GetRequiredService<IUnlearningService>();

    public static Task<UnlearningReceipt> UnlearnAsync(IServiceProvider services, params string[] sources) => Unlearning(services).UnlearnAsync(sources, Request);

    /// <summary>Reads the sources' entries that are on the disk.</summary>
    public int CountEntries()
    {
        using var key = LedgerKey.Load(KeyPath);
        return UnlearningLedger.Open(LedgerPath, key).ReadEntries().Count();
    }

    public void Dispose()
    {
        foreach (var host in _hosts)
        {
            host.StopAsync().GetAwaiter().GetResult();
            host.Dispose();
        }

        _folder.Dispose();
    }
}
