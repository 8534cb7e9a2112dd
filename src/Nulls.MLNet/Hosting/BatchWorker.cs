using Nulls.Inference;

namespace Nulls.MLNet.Hosting;

/// <summary>Answers the requests of one queue: those that wait at once, as soon as the last are answered. It never waits for more to come.</summary>
internal sealed class BatchWorker(ModelHost host, RequestQueue queue, int maxBatchSize) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Answers until the queue has ended and is empty.</summary>
    public async Task RunAsync()
    {
        while (await queue.TakeAsync(maxBatchSize).ConfigureAwait(false) is { Count: > 0 } batch)
        {
            await host.Ready.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (host.Ready.Exception?.InnerException is { } failure)
                batch.ForEach(request => request.Fail(NotLoaded(failure)));
            else
                Compute(batch);
            foreach (var request in batch.Where(request => request.IsDone)) // The others went to the router.
                host.End(request);
        }
    }

    /// <summary>Ends what waits and what is under way.</summary>
    public void Stop()
    {
        queue.TakeAll().ForEach(host.Stop);
        _stop.Cancel();
    }

    public void Dispose() => _stop.Dispose();

    private void Compute(List<QueuedRequest> batch)
    {
        var here = batch.FindAll(request => !host.TryAskRouter(request));
        using var cancellation = new SharedCancellation(here, _stop.Token);
        Answer(here, cancellation.Token);
    }

    private void Answer(List<QueuedRequest> batch, CancellationToken cancellationToken)
    {
        for (var open = batch.FindAll(request => !request.IsDone); open.Count > 0; open = open.FindAll(request => !request.IsDone && !host.TryAskRouter(request)))
        {
            using var lease = host.Acquire();
            IReadOnlyList<ScoringResult> results;
            try
            {
                host.Metrics.Computed(open.Count);
                results = lease.Score([.. open.Select(request => request.Request)], open[0].Outputs, open[0].Generation, cancellationToken, AnswersTo(open));
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

            host.Metrics.Recomputes(open.Count(request => !request.IsDone));
        }
    }

    private static Dictionary<string, IReadOnlyList<RoutedSource>> AnswersTo(List<QueuedRequest> requests)
    {
        var answers = new Dictionary<string, IReadOnlyList<RoutedSource>>();
        foreach (var request in requests)
        {
            if (request.Routed is { } answer)
                answers[request.Request.RoutedText] = answer;
        }

        return answers;
    }

    private InvalidOperationException NotLoaded(Exception failure) => new($"{host.Title} could not be loaded: {failure.Message}", failure);
}
