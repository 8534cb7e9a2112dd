using ForgetDesk.Model;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ForgetDesk.Pages;

/// <summary>Health, and what was counted since the start.</summary>
public sealed class FiguresModel(DeskHost host, DeskMetrics metrics, HealthCheckService health) : DeskPage(host)
{
    public HealthReport? Health { get; private set; }

    public string ModelDigest { get; private set; } = "";

    public long LedgerCount { get; private set; }

    public IReadOnlyDictionary<SourceStatus, int> Counts { get; private set; } = new Dictionary<SourceStatus, int>();

    public (double Median, double Percentile99)? Durations => metrics.Durations;

    public long Sum(string name) => metrics.Sums.GetValueOrDefault(name);

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Health = await health.CheckHealthAsync(cancellationToken);
        (ModelDigest, LedgerCount, Counts) = (Desk.ModelDigest, Desk.LedgerHead.Count, Desk.Counts);
    }
}
