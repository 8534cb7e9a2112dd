using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Nulls.MLNet.Hosting;

/// <summary>What every served model takes from the application.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
/// <param name="Meters">Makes the meter; null where the application has none.</param>
internal sealed record HostServices(TimeProvider Time, ILogger Logger, IMeterFactory? Meters);
