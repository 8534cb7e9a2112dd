using Microsoft.ML.Runtime;
using Nulls.MLNet.Persistence;

namespace Nulls.MLNet;

/// <summary>A token that is cancelled with another one, or with ML.NET's context.</summary>
internal sealed class HostCancellation : IDisposable
{
    // CancelExecution gives no token, so it is looked at in this interval.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly IHost _host;
    private readonly CancellationTokenSource _source;
    private readonly Timer _watch;

    public HostCancellation(IHost host, CancellationToken token)
    {
        _host = host;
        _source = CancellationTokenSource.CreateLinkedTokenSource(token);
        _watch = new Timer(_ => CancelWithHost(), null, TimeSpan.Zero, Interval);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _watch.Dispose();
        _source.Dispose();
    }

    private void CancelWithHost()
    {
        if (!MLNetInternals.IsCanceled(_host))
            return;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work ended while the timer ran.
        }
    }
}
