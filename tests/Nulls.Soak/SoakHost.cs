using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nulls.MLNet.Hosting;
using Nulls.MLNet.Tests.Support;

namespace Nulls.Soak;

/// <summary>An application that serves the soak's model by <c>AddNulls</c>, with a ledger in a file.</summary>
internal sealed class SoakHost : IAsyncDisposable
{
    private readonly IHost _host;

    private SoakHost(IHost host) => _host = host;

    public INullsScorer Scorer => _host.Services.GetRequiredService<INullsScorer>();

    public IUnlearningService Unlearning => _host.Services.GetRequiredService<IUnlearningService>();

    public IServiceProvider Services => _host.Services;

    /// <summary>Starts it.</summary>
    /// <param name="modelFolder">The model.</param>
    /// <param name="ledgerFolder">Where ledger and key are, or are made.</param>
    /// <param name="options">Changes the options.</param>
    /// <param name="model">Adds what is made of the model.</param>
    public static async Task<SoakHost> StartAsync(string modelFolder, string ledgerFolder, Action<NullsServiceOptions>? options = null, Action<NullsServiceBuilder>? model = null)
    {
        var (ledger, key) = PathsIn(ledgerFolder);
        if (!File.Exists(key))
            Nulls.Unlearning.LedgerKey.Create(key).Dispose();
        return new SoakHost(await ServedApplication.StartAsync(ServedApplication.Build(
            modelFolder, ledger, key, logging => logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(), options, model)));
    }

    /// <summary>Names the ledger and its key in a folder.</summary>
    public static (string Ledger, string Key) PathsIn(string folder) => (Path.Combine(folder, "unlearning.ledger"), Path.Combine(folder, "ledger.key"));

    /// <summary>Makes the sources of the questions, to be watched.</summary>
    public IReadOnlyList<WatchedSource> Watch(IReadOnlyList<KnownQuestion> questions)
    {
        using var bundle = Unlearning.OpenBundle();
        return [.. questions.GroupBy(question => question.Source).Select(group =>
            new WatchedSource(group.Key, bundle.Sources.TryGetIndex(group.Key, out var index) ? bundle.Sources.GetId(index) : default, [.. group]))];
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
