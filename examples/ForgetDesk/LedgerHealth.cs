using ForgetDesk.Model;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ForgetDesk;

/// <summary>Whether the ledger holds together, to the last byte: more than the served model's own check, which reads what is new.</summary>
public sealed class LedgerHealth(Opening opening, LedgerView ledger) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (!opening.IsReady)
            return HealthCheckResult.Degraded("The ledger is not open.");
        try
        {
            return ledger.Verify().IsIntact ? HealthCheckResult.Healthy("The ledger holds together.") : HealthCheckResult.Unhealthy("The ledger was changed.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return HealthCheckResult.Unhealthy("The ledger cannot be read.", exception);
        }
    }
}
