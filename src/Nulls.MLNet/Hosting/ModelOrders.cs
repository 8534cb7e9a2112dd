using Microsoft.Extensions.Logging;
using Nulls.Inference;
using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>The orders about a served model's sources: given here, read in the ledger, or remembered. Carries out one after the other.</summary>
/// <param name="host">What serves.</param>
/// <param name="origin">Where the model comes from, and an erased one is saved.</param>
/// <param name="ledgerOrigin">Where the ledger comes from; owned.</param>
/// <param name="logger">Told what was done, and of no key.</param>
internal sealed class ModelOrders(ModelHost host, ModelOrigin origin, LedgerOrigin ledgerOrigin, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _change = new(1, 1);
    private readonly OrdersInMemory _orders = new();

    /// <summary>Gets the ledger; null without one, and until the model is loaded.</summary>
    public UnlearningLedger? Ledger { get; private set; }

    /// <summary>Serves a loaded model, once it obeys all orders.</summary>
    public async Task ServeAsync(LoadedModel loaded, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Ledger ??= ledgerOrigin.Open(loaded.Bundle);
            using var routed = host.Options.Routing is { } routing ? loaded.Bundle.WithRouting(routing) : loaded.Bundle.Share();
            Ledger?.Prepare(routed.Sources);
            var bundle = Ledger is { } ledger ? routed.EraseAsOrdered(ledger) : _orders.ApplyTo(routed);
            _ = bundle.ModelDigest; // Computed once, before the first order needs it.
            host.Swap(bundle, loaded);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Carries out an order, and returns once no answer contradicts it.</summary>
    /// <param name="action">What is ordered.</param>
    /// <param name="keys">The sources' keys.</param>
    /// <param name="request">Who asks for it.</param>
    /// <param name="cancellationToken">Gives it up before it is recorded.</param>
    public async Task<UnlearningReceipt> OrderAsync(LedgerAction action, string[] keys, LedgerRequest request, CancellationToken cancellationToken)
    {
        await host.RequireReadyAsync(cancellationToken).ConfigureAwait(false);
        await _change.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Order(action, keys, request, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Takes over what the ledger says by now.</summary>
    /// <returns>Whether it says something new.</returns>
    public async Task<bool> FollowLedgerAsync(CancellationToken cancellationToken)
    {
        if (Ledger is not { } ledger)
            return false;

        await _change.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // What is sound before a fault is taken over, and the fault told then.
            try
            {
                ledger.Refresh();
            }
            finally
            {
                if (ledger.State.Head != host.Info.LedgerHead)
                    TakeOver(ledger);
            }

            return true;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Tells how a state of the model stands to a source.</summary>
    public SourceStatus StatusOf(string key, NullsBundle bundle)
    {
        var isErased = Ledger is { } ledger
            ? ledger.State.LastActions.TryGetValue(ledger.PseudonymOf(key), out var action) && action == LedgerAction.Erase
            : _orders.IsErased(key);
        if (isErased)
            return SourceStatus.Erased;
        return !bundle.Sources.TryGetIndex(key, out _) ? SourceStatus.Unknown : bundle.IsUnlearned(key) ? SourceStatus.Unlearned : SourceStatus.InUse;
    }

    /// <summary>Tells whether what serves runs sinks of a source that is ordered off, whoever ordered it and when.</summary>
    public async Task<bool> AreDisobeyedAsync(CancellationToken cancellationToken)
    {
        if (!await Task.Run(AreDisobeyed, cancellationToken).ConfigureAwait(false))
            return false;

        // An order is recorded before it serves: looked at again between two.
        await _change.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(AreDisobeyed, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _change.Release();
        }
    }

    // Orders may be under way still, and use the semaphore.
    public void Dispose() => ledgerOrigin.Dispose();

    private UnlearningReceipt Order(LedgerAction action, string[] keys, LedgerRequest request, CancellationToken cancellationToken)
    {
        using var before = host.Acquire();
        request.Validate();
        if (keys.Length == 0)
            throw new ArgumentException("An order names at least one source; nothing was recorded.", nameof(keys));
        if (action == LedgerAction.Restore && keys.Count(key => !string.IsNullOrEmpty(key) && StatusOf(key, before.Bundle) == SourceStatus.Erased) is var erased and > 0)
            throw new InvalidOperationException($"{erased} of {keys.Length} sources are erased, and what is erased cannot be restored; nothing was recorded. Train the model again to have them back.");
        before.Bundle.Unlearn(keys).Dispose(); // Names those that are not known.
        cancellationToken.ThrowIfCancellationRequested();

        LedgerEntry? entry = null;
        NullsBundle after;
        IReadOnlyList<string> left = [];
        using (var changed = action == LedgerAction.Erase ? before.Bundle.Erase(keys) : before.Bundle.Share())
        {
            // From here on the order is carried out, or fails with nothing acknowledged.
            if (action == LedgerAction.Erase)
                _ = changed.ModelDigest;
            entry = Ledger?.Append(action, keys, request, before.Bundle.ModelDigest);
            if (Ledger is { } ledger)
                after = changed.WithLedger(ledger);
            else
                after = _orders.Take(action, keys, changed);
        }

        var loaded = host.Swap(after, newWeights: action == LedgerAction.Erase);
        if (action == LedgerAction.Erase)
            left = SaveErased(loaded, after);
        host.Metrics.Ordered(action.ToString().ToLowerInvariant(), keys.Length);
        HostLog.Ordered(logger, host.Name, action, keys.Length, entry?.Sequence);
        return new UnlearningReceipt { Entry = entry, Model = host.Info, ArtefactsToRecall = left };
    }

    private bool AreDisobeyed()
    {
        using var lease = host.Acquire();
        var sources = lease.Bundle.Sources;
        var off = Ledger is { } ledger ? ledger.Resolve(sources).Unlearned : _orders.OffIn(sources);
        if (off.Any(source => lease.Bundle.IsInUse(sources.GetId(source))))
            return true;
        if (off.Count == 0)
            return false;

        // The canary: a text of nothing, in the name of one of them where the model has its key still.
        var canary = off.First();
        var result = lease.Score([new ScoringRequest("a", sources.GetKeyOrNull(canary))], ScoringOutputs.SinkState, generation: null, CancellationToken.None)[0];
        return result.SinkState == SinkState.Own || result.SinkSources.Contains(sources.GetId(canary));
    }

    private IReadOnlyList<string> SaveErased(LoadedModel loaded, NullsBundle erased)
    {
        try
        {
            var left = origin.Save(loaded, erased);
            host.Watch.Loading(origin.Stamp());
            return left;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            HostLog.NotSaved(logger, host.Name, failure.GetType().Name);
            return [host.Options.ModelPath!]; // Only a path is written to.
        }
    }

    private void TakeOver(UnlearningLedger ledger)
    {
        using var before = host.Acquire();
        host.Swap(before.Bundle.WithLedger(ledger));
        HostLog.CaughtUp(logger, host.Name, ledger.State.Head.Count, host.Info.UnlearnedCount);
        if (ledger.Resolve(before.Bundle.Sources).Erased.Count > 0)
            host.Swap(before.Bundle.EraseAsOrdered(ledger), newWeights: true);
    }
}
