using ForgetDesk.Model;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ForgetDesk;

/// <summary>Whether the desk serves, its ledger holds together, and what is unlearned stays silent.</summary>
public sealed class DeskHealth(DeskHost host) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (host.Failure is not null)
            return HealthCheckResult.Unhealthy("The desk cannot be opened.");
        if (host.Desk is not { } desk)
            return HealthCheckResult.Degraded("The model is in training.");
        if (desk.FaultOfCanary() is { } fault)
            return HealthCheckResult.Unhealthy(fault);
        try
        {
            return desk.VerifyLedger().IsIntact ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The ledger was changed.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return HealthCheckResult.Unhealthy("The ledger cannot be read.", exception);
        }
    }
}
