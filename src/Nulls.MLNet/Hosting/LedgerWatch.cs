using Microsoft.Extensions.Logging;
using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>Looks at the ledger, and where asked to at the model's file, again and again; a failure of either is told and outlived. Has an erased model saved that could not be.</summary>
internal sealed class LedgerWatch(ModelHost host, ModelOrigin origin, TimeProvider time, ILogger logger)
{
    private long _read = time.GetTimestamp();
    private string? _loaded;
    private string? _seen;
    private volatile string? _fault;
    private volatile string? _replaceFault;
    private volatile string? _eraseFault;
    private LedgerHead? _triedToErase;

    /// <summary>Gets how long ago the ledger was read; 0 without one.</summary>
    public TimeSpan Lag => host.Orders.Ledger is null ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref _read));

    /// <summary>Gets why the ledger cannot be read; null when it can.</summary>
    public string? Fault => _fault;

    /// <summary>Gets why the newer model does not serve; null when none is there.</summary>
    public string? ReplaceFault => _replaceFault;

    /// <summary>Gets why weights that the ledger orders to be erased are still there; null when none are.</summary>
    public string? EraseFault => _eraseFault;

    /// <summary>Notes which of the models at the path is, or will be, the one that serves.</summary>
    public void Loading(string? stamp) => Volatile.Write(ref _loaded, stamp);

    /// <summary>Looks until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (host.Orders.Ledger is null && host.Options.ModelPath is null)
            return;

        using var timer = new PeriodicTimer(host.Options.LedgerPollInterval, time);
        var (replacing, erasing) = (Task.CompletedTask, Task.CompletedTask);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                await ReadLedgerAsync(cancellationToken).ConfigureAwait(false);
                // Loading and erasing take long, and no order of another instance waits for them.
                if (host.Options.WatchForChanges && replacing.IsCompleted && HasNewerModel())
                    replacing = Task.Run(() => ReplaceAsync(cancellationToken), CancellationToken.None);
                if (erasing.IsCompleted && AreErasuresDue())
                    erasing = Task.Run(() => EraseAsync(cancellationToken), CancellationToken.None);
                if (erasing.IsCompleted && host.Orders.IsSaveDue)
                    erasing = Task.Run(() => SaveAsync(cancellationToken), CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll(replacing, erasing).ConfigureAwait(false);
        }
    }

    private async Task ReadLedgerAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await host.Orders.FollowLedgerAsync(cancellationToken).ConfigureAwait(false))
                return;
            Volatile.Write(ref _read, time.GetTimestamp());
            if (_fault is not null)
                HostLog.LedgerBack(logger, host.Name);
            _fault = null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever a file or a database fails with, it is looked at again, and health says so.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (_fault is null)
                HostLog.LedgerLost(logger, host.Name, failure.GetType().Name);
            _fault = failure.Message;
        }
    }

    // After a failure, once there is another entry.
    private bool AreErasuresDue() => host.Orders.Ledger is { } ledger && ledger.State.Head != _triedToErase && host.Orders.AreErasuresDue;

    private async Task EraseAsync(CancellationToken cancellationToken)
    {
        try
        {
            _triedToErase = host.Info.LedgerHead;
            await host.Orders.EraseDueAsync(cancellationToken).ConfigureAwait(false);
            (_eraseFault, _triedToErase) = (null, null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application stops.
        }
#pragma warning disable CA1031 // Such as too little memory: the sinks never run in any case, and health says so.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            HostLog.NotErased(logger, host.Name, failure.GetType().Name);
            _eraseFault = failure.Message;
        }
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await host.Orders.SaveAgainAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    // Once it is the same in two looks, nobody is writing it.
    private bool HasNewerModel()
    {
        var stamp = origin.Stamp();
        var isSettled = stamp is not null && stamp == _seen && stamp != Volatile.Read(ref _loaded);
        _seen = stamp;
        return isSettled;
    }

    private async Task ReplaceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await host.ReplaceAsync(cancellationToken).ConfigureAwait(false);
            _replaceFault = null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application stops.
        }
#pragma warning disable CA1031 // Whatever is wrong with a newer model, the earlier one serves, and health says so.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            HostLog.NotReplaced(logger, host.Name, failure.GetType().Name);
            _replaceFault = failure.Message;
        }
    }
}
