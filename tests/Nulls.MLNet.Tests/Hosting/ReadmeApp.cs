using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nulls.MLNet.Tests.Hosting;

/// <summary>The README's application, so that its code compiles.</summary>
internal static class ReadmeApp
{
    public static void Configure(IHostApplicationBuilder builder)
    {
        builder.Services.AddNulls(o =>
        {
            o.ModelPath = "model";                       // a folder of SaveFolder, or a file of ml.Model.Save
            o.LedgerPath = "ledger/unlearning.ledger";
            o.LedgerKeyPath = "secrets/ledger.key";
        });
        builder.Services.AddHealthChecks().AddNulls();
    }
}
