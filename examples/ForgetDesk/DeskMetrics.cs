using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ForgetDesk;

/// <summary>What the desk counts: a meter for OpenTelemetry to read, and the sums since the start for the page.</summary>
public sealed class DeskMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ForgetDesk";

    private readonly Meter _meter;
    private readonly Counter<long> _questions;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _orders;
    private readonly Histogram<double> _seconds;
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly ConcurrentQueue<double> _recent = new();

    public DeskMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _meter = meters.Create(MeterName);
        _questions = _meter.CreateCounter<long>("desk.questions", "{question}", "Questions that were answered.");
        _refused = _meter.CreateCounter<long>("desk.refused", "{request}", "Questions and orders that were refused.");
        _orders = _meter.CreateCounter<long>("desk.orders", "{order}", "Orders that were carried out, by action.");
        _seconds = _meter.CreateHistogram<double>("desk.answer.duration", "s", "The time that a question took.");
    }

    /// <summary>Gets the sums since the start, by name.</summary>
    public IReadOnlyDictionary<string, long> Sums => _sums;

    /// <summary>Gets the median and the 99th percentile of the times of the last questions, in seconds; null before the first.</summary>
    public (double Median, double Percentile99)? Durations
    {
        get
        {
            var sorted = _recent.Order().ToArray();
            return sorted.Length == 0 ? null : (sorted[sorted.Length / 2], sorted[Math.Min(sorted.Length - 1, sorted.Length * 99 / 100)]);
        }
    }

    /// <summary>Counts a question that took this long.</summary>
    public void Answered(TimeSpan duration)
    {
        const int kept = 1000;
        _questions.Add(1);
        _seconds.Record(duration.TotalSeconds);
        Count("questions");
        _recent.Enqueue(duration.TotalSeconds);
        while (_recent.Count > kept)
            _recent.TryDequeue(out _);
    }

    /// <summary>Counts what was refused.</summary>
    public void Refused()
    {
        _refused.Add(1);
        Count("refused");
    }

    /// <summary>Counts an order.</summary>
    public void Ordered(string action)
    {
        _orders.Add(1, new KeyValuePair<string, object?>("action", action));
        Count(action);
    }

    public void Dispose() => _meter.Dispose();

    private void Count(string name) => _sums.AddOrUpdate(name, 1, (_, sum) => sum + 1);
}
