using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ForgetDesk;

/// <summary>Reads the meter of the served model for the page of figures, as a collector such as OpenTelemetry's would: sums since the start, and the last durations.</summary>
public sealed class MeterReadings : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Nulls.MLNet";

    private const int MostDurations = 1000;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Instrument, string Of), long> _sums = new();
    private readonly ConcurrentQueue<double> _durations = new();

    public MeterReadings(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // Its scope tells this application's meter from another's in the same process.
            if (instrument.Meter.Name == MeterName && instrument.Meter.Scope == meters)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) =>
            _sums.AddOrUpdate((instrument.Name, Tag(tags, "nulls.action") ?? $"{Tag(tags, "nulls.kind")} {Tag(tags, "nulls.outcome")}".Trim()), count, (_, sum) => sum + count));
        _listener.SetMeasurementEventCallback<double>((instrument, seconds, tags, _) =>
        {
            if (instrument.Name != "nulls.request.duration" || Tag(tags, "nulls.kind") != "completion")
                return;
            _durations.Enqueue(seconds);
            while (_durations.Count > MostDurations)
                _durations.TryDequeue(out var _);
        });
        _listener.Start();
    }

    /// <summary>Gets how many questions were answered.</summary>
    public long Answered => Sum("nulls.requests", "completion answered");

    /// <summary>Gets how many questions ended without an answer.</summary>
    public long Unanswered => Sum("nulls.requests", "completion failed") + Sum("nulls.requests", "completion cancelled");

    /// <summary>Gets how many answers were computed again, because their source was unlearned meanwhile.</summary>
    public long Recomputed => Sum("nulls.answers.recomputed", "");

    /// <summary>Gets the median and the 99th percentile of the times of the last completions, in seconds; null before the first.</summary>
    public (double Median, double Percentile99)? Durations
    {
        get
        {
            var sorted = _durations.Order().ToArray();
            return sorted.Length == 0 ? null : (sorted[sorted.Length / 2], sorted[Math.Min(sorted.Length - 1, sorted.Length * 99 / 100)]);
        }
    }

    /// <summary>Gets how many sources were ordered so: <c>disable</c>, <c>restore</c> or <c>erase</c>.</summary>
    public long Ordered(string action) => Sum("nulls.orders", action);

    public void Dispose() => _listener.Dispose();

    private long Sum(string instrument, string of) => _sums.GetValueOrDefault((instrument, of));

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
        {
            if (key == name)
                return value?.ToString();
        }

        return null;
    }
}
