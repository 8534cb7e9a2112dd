namespace Nulls.MLNet.Hosting;

/// <summary>Stops what is done for several requests at once, as soon as all of them are cancelled or the application stops.</summary>
internal sealed class SharedCancellation : IDisposable
{
    private readonly List<QueuedRequest> _requests;
    private readonly CancellationTokenSource _source;

    public SharedCancellation(List<QueuedRequest> requests, CancellationToken stop)
    {
        _requests = requests;
        _source = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Token = _source.Token;
        requests.ForEach(request => request.Cancelled = CancelIfAllAre);
    }

    public CancellationToken Token { get; }

    public void Dispose() => _source.Dispose();

    private void CancelIfAllAre()
    {
        try
        {
            if (_requests.TrueForAll(request => request.IsDone))
                _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The last was cancelled when it was over.
        }
    }
}
