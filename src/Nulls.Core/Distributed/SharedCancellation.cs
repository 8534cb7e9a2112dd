namespace Nulls.Distributed;

/// <summary>A cancellation that all ranks see at the same place, wherever it was asked for: one that stopped by itself would leave the others waiting for ever.</summary>
internal sealed class SharedCancellation(ICollective ranks, CancellationToken own) : IDisposable
{
    private readonly CancellationTokenSource _shared = new();

    /// <summary>Gets what is cancelled on every rank; of one process, its own.</summary>
    public CancellationToken Token => ranks.Size == 1 ? own : _shared.Token;

    /// <summary>Cancels on every rank if one was asked to.</summary>
    public void Agree()
    {
        if (ranks.Size > 1 && ranks.Gather([own.IsCancellationRequested ? 1 : 0]).Any(rank => rank[0] == 1))
            _shared.Cancel();
    }

    public void Dispose() => _shared.Dispose();
}
