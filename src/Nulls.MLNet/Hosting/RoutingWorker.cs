using Nulls.Inference;

namespace Nulls.MLNet.Hosting;

/// <summary>Asks the user's router about requests that wait for it, all that wait at once, and hands them on to the queues in which they wait for the model.</summary>
/// <remarks>No thread waits for the router, and no request that it is not asked about.</remarks>
internal sealed class RoutingWorker(ModelHost host, RequestQueue queue, int maxBatchSize) : IDisposable
{
    // One that hangs does not keep the next from being asked.
    private const int MostCalls = 4;

    private readonly CancellationTokenSource _stop = new();

    /// <summary>Asks until the queue has ended and is empty.</summary>
    public async Task RunAsync()
    {
        var calls = new List<Task>();
        while (await queue.TakeAsync(maxBatchSize).ConfigureAwait(false) is { Count: > 0 } batch)
        {
            if (calls.Count == MostCalls)
                calls.Remove(await Task.WhenAny(calls).ConfigureAwait(false));
            calls.Add(Task.Run(() => RouteAsync(batch)));
        }

        await Task.WhenAll(calls).ConfigureAwait(false);
    }

    /// <summary>Ends what waits and what is under way.</summary>
    public void Stop()
    {
        queue.TakeAll().ForEach(host.Stop);
        _stop.Cancel();
    }

    public void Dispose() => _stop.Dispose();

    private async Task RouteAsync(List<QueuedRequest> batch)
    {
        using (var cancellation = new SharedCancellation(batch, _stop.Token))
            await AskAsync(batch, cancellation.Token).ConfigureAwait(false);
        foreach (var request in batch)
        {
            if (request.IsDone)
                host.End(request);
            else if (!request.Queue.TryHandOn(request))
                host.Stop(request);
        }
    }

    private async Task AskAsync(List<QueuedRequest> batch, CancellationToken cancellationToken)
    {
        var open = batch.FindAll(request => !request.IsDone);
        string[] texts = [.. open.Select(request => request.Request.RoutedText).Distinct()];
        try
        {
            using var lease = host.Acquire();
            // A router need not look at its token.
            var answers = await lease.Bundle.AskRouterAsync(texts, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            open.ForEach(request => request.Routed = answers[Array.IndexOf(texts, request.Request.RoutedText)]);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            open.ForEach(request => request.Stop());
        }
#pragma warning disable CA1031 // It is the requester's, whatever it is.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (open.Count == 1)
                open[0].Fail(failure);
            foreach (var request in open.Where(request => !request.IsDone))
                await AskAsync([request], cancellationToken).ConfigureAwait(false); // Whose fault it is shows alone.
        }
    }
}
