using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nulls.Inference;
using Nulls.MLNet.Hosting;

namespace Nulls.MLNet.Tests.Support;

/// <summary>Applications that serve a model of a folder with a ledger in a file.</summary>
internal static class ServedApplication
{
    /// <summary>Builds one.</summary>
    /// <param name="modelPath">The model.</param>
    /// <param name="ledgerPath">Where the ledger is, or is made.</param>
    /// <param name="keyPath">The ledger's key.</param>
    /// <param name="logging">Where its logs go.</param>
    /// <param name="options">Changes the options.</param>
    /// <param name="with">Adds what is made of the model.</param>
    public static IHost Build(
        string modelPath, string ledgerPath, string keyPath, Action<ILoggingBuilder> logging, Action<NullsServiceOptions>? options = null, Action<NullsServiceBuilder>? with = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLogging(logging);
        var model = builder.Services.AddNulls(o =>
        {
            (o.ModelPath, o.Routing) = (modelPath, SinkRouting.Backbone);
            (o.LedgerPath, o.LedgerKeyPath, o.CreateLedger) = (ledgerPath, keyPath, true);
            options?.Invoke(o);
        });
        builder.Services.AddHealthChecks().AddNulls();
        with?.Invoke(model);
        return builder.Build();
    }

    /// <summary>Starts one, and disposes it where it does not start.</summary>
    public static async Task<IHost> StartAsync(IHost host)
    {
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }
}
