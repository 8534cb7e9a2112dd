using ForgetDesk.Model;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nulls.MLNet.Hosting;

namespace ForgetDesk.Pages;

/// <summary>Health, and what was counted since the start.</summary>
public sealed class FiguresModel(Desk desk, INullsScorer scorer, MeterReadings readings, HealthCheckService health) : DeskPage
{
    public HealthReport? Health { get; private set; }

    public NullsModelInfo Served => scorer.Model;

    public MeterReadings Readings => readings;

    public IReadOnlyDictionary<SourceStatus, int> Counts { get; private set; } = new Dictionary<SourceStatus, int>();

    public async Task OnGetAsync(CancellationToken cancellationToken)
    {
        Health = await health.CheckHealthAsync(cancellationToken);
        Counts = desk.Counts;
    }
}
