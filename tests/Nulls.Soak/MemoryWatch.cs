namespace Nulls.Soak;

/// <summary>Reads the memory of this process now and then, and tells how much it grew.</summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly List<long> _bytes = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;

    public MemoryWatch() => _reading = ReadAsync();

    /// <summary>Gets the growth in megabytes: the median of the last fifth of the readings over that of the first fifth.</summary>
    public double GrowthMegabytes
    {
        get
        {
            long[] bytes;
            lock (_bytes)
                bytes = [.. _bytes];
            var fifth = Math.Max(1, bytes.Length / 5);
            return bytes.Length == 0 ? double.NaN : (Median(bytes[^fifth..]) - Median(bytes[..fifth])) / 1e6;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                lock (_bytes)
                    _bytes.Add(Environment.WorkingSet);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed: the reading is over.
        }
    }

    private static double Median(long[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
