namespace Nulls.MLNet.Hosting;

/// <summary>Calls of a ledger's file or database: one at a time, each on a thread of its own, and none awaited for longer than a bound.</summary>
/// <remarks>
/// A database that hangs takes one thread of a model and none of the pool's, on which others are answered. A call that is no longer
/// awaited goes on, and keeps the turn until it ends: what it records then is taken over.
/// </remarks>
/// <param name="turn">Held while a call lasts.</param>
/// <param name="title">What begins a sentence about the model.</param>
/// <param name="longest">The most that a call is awaited, its turn included.</param>
/// <param name="time">Measures that.</param>
/// <param name="endedLate">Called once a call has ended that was no longer awaited.</param>
internal sealed class LedgerCalls(SemaphoreSlim turn, string title, TimeSpan longest, TimeProvider time, Func<Task> endedLate)
{
    /// <summary>Calls the ledger.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Gives it up while it waits for its turn.</param>
    /// <exception cref="TimeoutException">The turn did not come, or the call did not end, in time.</exception>
    public async Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(longest, time);
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken))
        {
            try
            {
                await turn.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"{title}: the ledger has not answered an earlier call for {InWords}, so this one was not made and nothing was recorded. Nothing that was acknowledged is lost. Ask again once the ledger's file or database answers, or raise LedgerTimeout.");
            }
        }

        var running = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return call();
                }
                finally
                {
                    turn.Release();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        try
        {
            return await running.WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            // The answer may have come with the deadline: what is recorded is acknowledged.
            if (running.IsCompleted)
                return await running.ConfigureAwait(false);
            _ = FollowAsync(running);
            throw new TimeoutException($"{title}: the ledger did not answer within {InWords}, so nothing is acknowledged. An order may be recorded all the same once the ledger's file or database answers, and is in force then: look at its status before you ask again. Nothing that was acknowledged is lost. Raise LedgerTimeout where the ledger is only slow.");
        }
    }

    private string InWords => $"{longest.TotalSeconds:0.###} s (LedgerTimeout)";

    private async Task FollowAsync(Task running)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await endedLate().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
