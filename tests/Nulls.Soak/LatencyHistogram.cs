namespace Nulls.Soak;

/// <summary>Counts latencies in steps of one percent, from a microsecond to a minute: as much memory for millions as for one. Thread-safe.</summary>
internal sealed class LatencyHistogram
{
    private const double Step = 1.01;
    private const double LeastMilliseconds = 1e-3;

    private readonly long[] _counts = new long[StepOf(60_000) + 1];

    /// <summary>Gets the number of latencies.</summary>
    public long Count => _counts.Sum();

    public void Add(TimeSpan latency) => Interlocked.Increment(ref _counts[Math.Min(StepOf(latency.TotalMilliseconds), _counts.Length - 1)]);

    /// <summary>Gets the latency that a share of all do not exceed, in milliseconds; NaN when there are none.</summary>
    /// <param name="share">Above 0 and at most 1.</param>
    public double Quantile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        var seen = 0L;
        for (var step = 0; step < _counts.Length; step++)
        {
            seen += _counts[step];
            if (seen >= rank && seen > 0)
                return LeastMilliseconds * Math.Pow(Step, step);
        }

        return double.NaN;
    }

    private static int StepOf(double milliseconds) => milliseconds <= LeastMilliseconds ? 0 : (int)Math.Ceiling(Math.Log(milliseconds / LeastMilliseconds) / Math.Log(Step));
}
