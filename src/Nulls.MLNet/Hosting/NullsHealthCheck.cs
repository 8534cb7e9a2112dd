using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Nulls.MLNet.Hosting;

/// <summary>Tells whether a served model is loaded, in step with its ledger, of the expected digest, and keeps an unlearned source's sinks off.</summary>
internal sealed class NullsHealthCheck(ModelHost host, TimeProvider time) : IHealthCheck
{
    // A look or two may come late on a busy machine.
    private const int LateLooks = 4;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (host.Ready.Exception?.InnerException is { } failure)
            return HealthCheckResult.Unhealthy($"{host.Title} could not be loaded ({failure.GetType().Name}).");
        if (!host.Ready.IsCompleted)
            return HealthCheckResult.Degraded($"{host.Title} is being loaded.");

        var info = host.Info;
        var data = new Dictionary<string, object>
        {
            ["digest"] = info.ModelDigest, ["version"] = info.Version, ["unlearned"] = info.UnlearnedCount, ["loadedAt"] = info.LoadedAt,
            ["ledgerLagSeconds"] = host.Watch.Lag.TotalSeconds, ["ageSeconds"] = (time.GetUtcNow() - info.LoadedAt).TotalSeconds,
        };
        if (info.LedgerHead is { } head)
            data["ledgerCount"] = head.Count;
        if (await host.Orders.AreDisobeyedAsync(cancellationToken).ConfigureAwait(false))
            return HealthCheckResult.Unhealthy($"{host.Title} runs sinks of a source that is unlearned. Take it out of service.", data: data);
        if (host.Orders.IsFileBehind)
            return HealthCheckResult.Degraded($"{host.Title} runs nothing of what is erased, but its file could not be written and still holds it. Make room, or give the right to write: it is tried again every minute.", data: data);
        if (host.Watch.Fault is not null)
            return HealthCheckResult.Degraded($"{host.Title} cannot read its ledger, and serves with what it read before: orders of other instances are not in force here.", data: data);
        if (host.Watch.Lag > (LateLooks * host.Options.LedgerPollInterval) + Grace)
            return HealthCheckResult.Degraded($"{host.Title} read its ledger {host.Watch.Lag.TotalSeconds:0.0} s ago, and should every {host.Options.LedgerPollInterval.TotalSeconds:0.###} s.", data: data);
        if (host.Watch.EraseFault is not null)
            return HealthCheckResult.Degraded($"{host.Title} keeps the sinks off of what the ledger orders to be erased, but could not erase their weights.", data: data);
        if (host.Watch.ReplaceFault is not null)
            return HealthCheckResult.Degraded($"{host.Title} could not load the newer model at ModelPath, and serves the earlier one.", data: data);
        return HealthCheckResult.Healthy($"{host.Title} serves.", data);
    }
}
