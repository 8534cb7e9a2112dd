using System.Text.Json;
using Nulls.Storage;

namespace Nulls.Evaluation.Suite;

/// <summary>Writes a <see cref="ProofReport"/> as JSON, whole or not at all.</summary>
/// <remarks>
/// <para>The file is one object. <c>format</c> is "Nulls proof" and <c>version</c> 1; <c>corpus</c>, <c>form</c>, <c>forgetSet</c>, <c>sourceCount</c>,
/// <c>forgottenCount</c>, <c>seeds</c>, <c>made</c>, <c>computedSeconds</c> and <c>environment</c> are the report's; then come five lists:</para>
/// <para><c>claims</c>: <c>{ name, statement, value, reach, isAtLeast, held, n, interval: [lower, upper], note }</c>;
/// <c>notRun</c>: <c>{ name, reason }</c>; <c>warnings</c>, sentences; <c>systems</c>: <c>{ name, description, settings }</c>;
/// and <c>measurements</c>, every number on a line of its own: <c>{ system, metric, factType, seed, step, value, n, interval: [lower, upper] }</c>,
/// in the systems' order, then by metric, facts, seed and step.</para>
/// <para>JSON has no NaN and no infinity: such a number is null, and read as NaN. An unknown interval and the step of what is no curve are null.</para>
/// </remarks>
public static class ProofReportWriter
{
    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file to make or replace; its folder exists.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be written; what it held is kept.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed, or the path is a folder.</exception>
    public static void Write(ProofReport report, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, ProofReportFormat.Of(report), ProofReportFormat.Options));
    }

    /// <summary>Writes the numbers of one model in the form of OpenUnlearning's log, <c>{ "accuracy/unique.forgotten": { "agg_value": number } }</c>, for tools that read that.</summary>
    /// <param name="report">The report.</param>
    /// <param name="system">The model's system: <c>nulls.backbone</c>.</param>
    /// <param name="seed">The seed of its training.</param>
    /// <param name="path">The file to make or replace; its folder exists. OpenUnlearning calls it <c>*_EVAL.json</c>.</param>
    /// <remarks>The points of curves are named by their step, <c>relearning/unique.forgotten/step.20</c>. Single values, <c>value_by_index</c>, are not in a report: <see cref="MetricResultsWriter"/> writes them.</remarks>
    /// <exception cref="ArgumentException">The report has no number of such a model, or two of the same name.</exception>
    /// <exception cref="IOException">The file cannot be written; what it held is kept.</exception>
    public static void WriteOpenUnlearning(ProofReport report, string system, int seed, string path)
    {
        ArgumentNullException.ThrowIfNull(report);
        var results = report.Measurements
            .Where(measurement => measurement.System == system && measurement.Seed == seed)
            .Select(measurement => new MetricResult { Name = NameOf(measurement), Value = measurement.Value, Count = measurement.Count, Interval = measurement.Interval, Seed = seed })
            .ToArray();
        if (results.Length == 0)
            throw new ArgumentException($"The report has no number of the system '{system}' with the seed {seed}. Its systems are {string.Join(", ", report.Systems.Select(known => $"'{known.Name}'"))}, and its seeds {string.Join(", ", report.Seeds)}.", nameof(system));

        MetricResultsWriter.WriteOpenUnlearning(path, results);
    }

    private static string NameOf(ProofMeasurement measurement)
    {
        var name = measurement.FactType.Length > 0 ? $"{measurement.Metric}/{measurement.FactType}" : measurement.Metric;
        return measurement.Step is { } step ? $"{name}/step.{step}" : name;
    }
}
