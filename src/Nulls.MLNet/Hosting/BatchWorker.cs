using Nulls.Inference;

namespace Nulls.MLNet.Hosting;

/// <summary>Answers the requests of one queue: those that wait at once, as soon as the last are answered. It never waits for more to come.</summary>
internal sealed class BatchWorker(string kind, ModelHost host, RequestQueue queue, int maxBatchSize, HostMetrics metrics, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Answers until the queue is closed and empty.</summary>
    public async Task RunAsync()
    {
        while (await queue.TakeAsync(maxBatchSize).ConfigureAwait(false) is { Count: > 0 } batch)
        {
            await host.Ready.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (host.Ready.Exception?.InnerException is { } failure)
                batch.ForEach(request => request.Fail(NotLoaded(failure)));
            else
                Compute(batch);
            batch.ForEach(End);
        }
    }

    /// <summary>Ends what waits and what is under way.</summary>
    public void Stop()
    {
        foreach (var request in queue.TakeAll())
        {
            request.Stop();
            End(request);
        }

        _stop.Cancel();
    }

    public void Dispose() => _stop.Dispose();

    private void Compute(List<QueuedRequest> batch)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        void CancelIfAllAre()
        {
            if (batch.TrueForAll(request => request.IsDone))
                cancellation.Cancel();
        }

        batch.ForEach(request => request.Cancelled = CancelIfAllAre);
        Answer(batch, cancellation.Token);

        // Waits for callbacks that are under way, before what they use is gone.
        batch.ForEach(request => request.Release());
    }

    private void Answer(List<QueuedRequest> batch, CancellationToken cancellationToken)
    {
        for (var open = batch.FindAll(request => !request.IsDone); open.Count > 0; open = open.FindAll(request => !request.IsDone))
        {
            using var lease = host.Acquire();
            IReadOnlyList<ScoringResult> results;
            try
            {
                metrics.Computed(open.Count);
                results = lease.Score([.. open.Select(request => request.Request)], open[0].Outputs, open[0].Generation, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                open.ForEach(request => request.Stop());
                return;
            }
#pragma warning disable CA1031 // It is the requester's, whatever it is.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                if (open.Count == 1)
                    open[0].Fail(failure);
                else
                    open.ForEach(request => Answer([request], cancellationToken)); // Whose fault it is shows alone.
                return;
            }

            for (var i = 0; i < open.Count; i++)
            {
                var (request, result) = (open[i], results[i]);
                host.TryDeliver(lease, result.SinkSources, () => request.Complete(host.Shown(result, request.Outputs, lease)));
            }

            metrics.Recomputes(open.Count(request => !request.IsDone));
        }
    }

    private void End(QueuedRequest request)
    {
        request.Release();
        var outcome = request.Answer.IsCompletedSuccessfully ? "answered" : request.Answer.IsFaulted && request.Answer.Exception.InnerException is not OperationCanceledException ? "failed" : "cancelled";
        metrics.Ended(kind, outcome, time.GetElapsedTime(request.Arrival));
    }

    private InvalidOperationException NotLoaded(Exception failure) => new($"{host.Title} could not be loaded: {failure.Message}", failure);
}
