using Microsoft.Extensions.Logging;
using Nulls.Inference;
using Nulls.Sources;
using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>The orders about a served model's sources: given here, read in the ledger, or remembered.</summary>
/// <remarks>
/// An order is recorded first, and what serves then obeys all that is recorded by then. So orders need not wait for each other, only
/// for their turn with the ledger, and nothing else waits for that.
/// </remarks>
internal sealed class ModelOrders : IDisposable
{
    /// <summary>How long after a failure a file that still holds what is erased is written again.</summary>
    public static readonly TimeSpan SaveInterval = TimeSpan.FromMinutes(1);

    private readonly ModelHost _host;
    private readonly ModelOrigin _origin;
    private readonly LedgerOrigin _ledgerOrigin;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LedgerCalls _calls;
    private readonly OrdersInMemory _remembered = new();

    // Held while the ledger is called.
    private readonly SemaphoreSlim _ledgerTurn = new(1, 1);

    // Held by who makes other weights serve, for as long as loading, erasing and saving take.
    private readonly SemaphoreSlim _weights = new(1, 1);

    // Held by who puts another state in the place of the one that serves, which takes no time.
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile bool _isFileBehind;
    private long _saveTried;

    /// <param name="host">What serves.</param>
    /// <param name="origin">Where the model comes from, and an erased one is saved.</param>
    /// <param name="ledgerOrigin">Where the ledger comes from; owned.</param>
    /// <param name="time">Measures how long the ledger is awaited, and when a file is written again.</param>
    /// <param name="logger">Told what was done, and of no key.</param>
    public ModelOrders(ModelHost host, ModelOrigin origin, LedgerOrigin ledgerOrigin, TimeProvider time, ILogger logger)
    {
        (_host, _origin, _ledgerOrigin, _time, _logger) = (host, origin, ledgerOrigin, time, logger);
        _calls = new LedgerCalls(_ledgerTurn, host.Title, host.Options.LedgerTimeout, time, () => CatchUpAsync(CancellationToken.None));
    }

    /// <summary>Gets the ledger; null without one, and until the model is loaded.</summary>
    public UnlearningLedger? Ledger { get; private set; }

    /// <summary>Gets whether the ledger orders sources to be erased that what serves still holds: what another instance ordered.</summary>
    public bool AreErasuresDue
    {
        get
        {
            using var serving = _host.Acquire();
            return Ledger is not null && About(serving.Bundle.Sources).Erased.Count > 0;
        }
    }

    /// <summary>Gets whether the model's file still holds sources that are erased here, because it could not be written.</summary>
    public bool IsFileBehind => _isFileBehind;

    /// <summary>Gets whether it is time to write that file again.</summary>
    public bool IsSaveDue => _isFileBehind && _time.GetElapsedTime(Volatile.Read(ref _saveTried)) >= SaveInterval;

    /// <summary>Looks, before a model is loaded or made, whether the ledger can be opened.</summary>
    public void RequireLedger()
    {
        if (Ledger is null)
            _ledgerOrigin.RequireThere();
    }

    /// <summary>Serves a loaded model, once it obeys all orders.</summary>
    public async Task ServeAsync(LoadedModel loaded, CancellationToken cancellationToken)
    {
        await _weights.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Ledger ??= _ledgerOrigin.Open(loaded.Bundle);
            // After the ledger is made: a model without one would be taken for one whose ledger is lost.
            if (loaded.IsToBeSaved)
                Save(loaded, loaded.Bundle);
            using var routed = _host.Options.Routing is { } routing ? loaded.Bundle.WithRouting(routing) : loaded.Bundle.Share();
            Ledger?.Prepare(routed.Sources);
            _remembered.RequireLineage(routed.Sources);
            using var erased = routed.WithoutWeightsOf(About(routed.Sources).Erased);
            _ = erased.ModelDigest; // Computed once, before the first order needs it.
            await ChangeAsync(() =>
            {
                _remembered.RequireLineage(routed.Sources); // Orders may have come since.
                Serve(erased, loaded);
            }, cancellationToken).ConfigureAwait(false);
            _isFileBehind = false;
            // What another instance ordered, or could not be saved before.
            if (erased.ModelDigest != loaded.Bundle.ModelDigest)
                SaveErased();
        }
        finally
        {
            _weights.Release();
        }
    }

    /// <summary>Carries out an order, and returns once no answer contradicts it.</summary>
    /// <param name="action">What is ordered.</param>
    /// <param name="keys">The sources' keys.</param>
    /// <param name="request">Who asks for it.</param>
    /// <param name="cancellationToken">Gives it up before it is recorded.</param>
    public async Task<UnlearningReceipt> OrderAsync(LedgerAction action, string[] keys, LedgerRequest request, CancellationToken cancellationToken)
    {
        await _host.RequireReadyAsync(cancellationToken).ConfigureAwait(false);
        if (action != LedgerAction.Erase)
            return await Task.Run(() => ObeyAsync(action, keys, request, cancellationToken), CancellationToken.None).ConfigureAwait(false);

        await _weights.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => ObeyAsync(action, keys, request, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _weights.Release();
        }
    }

    /// <summary>Reads in the ledger what others ordered, and takes it over.</summary>
    /// <returns>Whether there is a ledger.</returns>
    public async Task<bool> FollowLedgerAsync(CancellationToken cancellationToken)
    {
        if (Ledger is not { } ledger)
            return false;

        // What is sound before a fault is taken over, and the fault told then.
        try
        {
            await _calls.RunAsync(ledger.Refresh, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await CatchUpAsync(cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Makes the weights serve in which all is erased that the ledger orders.</summary>
    public async Task EraseDueAsync(CancellationToken cancellationToken)
    {
        await _weights.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var serving = _host.Acquire();
            var erased = About(serving.Bundle.Sources).Erased;
            if (erased.Count == 0)
                return;
            using var changed = serving.Bundle.WithoutWeightsOf(erased);
            _ = changed.ModelDigest;
            await ChangeAsync(() => Serve(changed, newWeights: true), cancellationToken).ConfigureAwait(false);
            SaveErased();
        }
        finally
        {
            _weights.Release();
        }
    }

    /// <summary>Writes the model's file again, where it could not be after an erasure.</summary>
    public async Task SaveAgainAsync(CancellationToken cancellationToken)
    {
        await _weights.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isFileBehind)
                SaveErased();
        }
        finally
        {
            _weights.Release();
        }
    }

    /// <summary>Tells how a state of the model stands to a source.</summary>
    public SourceStatus StatusOf(string key, NullsBundle bundle)
    {
        var isErased = Ledger is { } ledger
            ? ledger.State.LastActions.TryGetValue(ledger.PseudonymOf(key), out var action) && action == LedgerAction.Erase
            : _remembered.IsErased(key);
        if (isErased)
            return SourceStatus.Erased;
        return !bundle.Sources.TryGetIndex(key, out _) ? SourceStatus.Unknown : bundle.IsUnlearned(key) ? SourceStatus.Unlearned : SourceStatus.InUse;
    }

    /// <summary>Tells whether what serves runs sinks of a source that is ordered off, whoever ordered it and when.</summary>
    public async Task<bool> AreDisobeyedAsync(CancellationToken cancellationToken)
    {
        if (!await Task.Run(AreDisobeyed, cancellationToken).ConfigureAwait(false))
            return false;

        // An order is recorded before it serves: what is recorded is made to serve, and looked at again before the next.
        var isSo = false;
        await ChangeAsync(() =>
        {
            CatchUp();
            isSo = AreDisobeyed();
        }, cancellationToken).ConfigureAwait(false);
        return isSo;
    }

    // Orders may be under way still, and use the semaphores.
    public void Dispose() => _ledgerOrigin.Dispose();

    private async Task<UnlearningReceipt> ObeyAsync(LedgerAction action, string[] keys, LedgerRequest request, CancellationToken cancellationToken)
    {
        using var before = _host.Acquire();
        var digest = before.Bundle.ModelDigest;
        Require(action, keys, request, before.Bundle);
        cancellationToken.ThrowIfCancellationRequested();

        using var erased = action == LedgerAction.Erase ? before.Bundle.Erase(keys) : null;
        _ = erased?.ModelDigest;
        var entry = Ledger is { } ledger
            ? await _calls.RunAsync(() => ledger.Append(action, keys, request, digest), cancellationToken).ConfigureAwait(false)
            : null;

        // From here on the order is carried out.
        var info = _host.Info;
        await ChangeAsync(() =>
        {
            using var serving = _host.Acquire();
            if (entry is null)
                _remembered.Add(action, keys, serving.Bundle.Sources);
            Serve(erased ?? serving.Bundle, newWeights: erased is not null);
            info = _host.Info;
        }, CancellationToken.None).ConfigureAwait(false);
        var left = erased is null ? [] : SaveErased();
        _host.Metrics.Ordered(action.ToString().ToLowerInvariant(), keys.Length);
        HostLog.Ordered(_logger, _host.Name, action, keys.Length, entry?.Sequence);
        return new UnlearningReceipt { Entry = entry, Model = info, ArtefactsToRecall = left };
    }

    private void Require(LedgerAction action, string[] keys, LedgerRequest request, NullsBundle bundle)
    {
        request.Validate();
        if (keys.Length == 0)
            throw new ArgumentException("An order names at least one source; nothing was recorded.", nameof(keys));
        if (action == LedgerAction.Restore && keys.Count(key => !string.IsNullOrEmpty(key) && StatusOf(key, bundle) == SourceStatus.Erased) is var erased and > 0)
            throw new InvalidOperationException($"{erased} of {keys.Length} sources are erased, and what is erased cannot be restored; nothing was recorded. Train the model again to have them back.");
        bundle.Unlearn(keys).Dispose(); // Names those that are not known.
    }

    private bool AreDisobeyed()
    {
        using var lease = _host.Acquire();
        var sources = lease.Bundle.Sources;
        var off = About(sources).Unlearned;
        if (off.Any(source => lease.Bundle.IsInUse(sources.GetId(source))))
            return true;
        if (off.Count == 0)
            return false;

        // The canary: a text of nothing, in the name of one of them where the model has its key still.
        var canary = off.First();
        var result = lease.Score([new ScoringRequest("a", sources.GetKeyOrNull(canary))], ScoringOutputs.SinkState, generation: null, CancellationToken.None)[0];
        return result.SinkState == SinkState.Own || result.SinkSources.Contains(sources.GetId(canary));
    }

    // For who holds the weights.
    private IReadOnlyList<string> SaveErased()
    {
        var (loaded, serving, _) = _host.OpenPipeline();
        using var erased = serving;
        try
        {
            var left = _origin.IsReplaced(loaded) ? EraseReplacement() : SaveInPlace(loaded, erased);
            _isFileBehind = false;
            return left;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            HostLog.NotSaved(_logger, _host.Name, failure.GetType().Name);
            Volatile.Write(ref _saveTried, _time.GetTimestamp());
            _isFileBehind = true;
            return [_host.Options.ModelPath!]; // Only a path is written to.
        }
    }

    // What is merely unlearned stands in the ledger: in the file it stays as it was, or it could not be restored with all that belongs to it.
    private IReadOnlyList<string> SaveInPlace(LoadedModel loaded, NullsBundle erased)
    {
        using var saved = Ledger is null ? erased.Share() : erased.WithStateOf(loaded.Bundle);
        return Save(loaded, saved);
    }

    // A newer model, or what another instance saved, is kept, without what is erased here.
    private IReadOnlyList<string> EraseReplacement()
    {
        using var replacement = _origin.LoadPath();
        _remembered.RequireLineage(replacement.Bundle.Sources);
        using var erased = replacement.Bundle.WithoutWeightsOf(About(replacement.Bundle.Sources).Erased);
        return erased.ModelDigest == replacement.Bundle.ModelDigest ? [] : _origin.Save(replacement, erased);
    }

    private IReadOnlyList<string> Save(LoadedModel loaded, NullsBundle bundle)
    {
        var left = _origin.Save(loaded, bundle);
        _host.Watch.Loading(_origin.Stamp());
        return left;
    }

    private StandingOrders About(SourceRegistry sources)
    {
        if (Ledger is not { } ledger)
            return _remembered.About(sources);
        var overlay = ledger.Resolve(sources);
        return new StandingOrders(overlay.Head, overlay.Unlearned, overlay.Restored, overlay.Erased);
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        if (Ledger?.State.Head != _host.Info.LedgerHead)
            await ChangeAsync(CatchUp, cancellationToken).ConfigureAwait(false);
    }

    private void CatchUp()
    {
        if (Ledger is not { } ledger || ledger.State.Head == _host.Info.LedgerHead)
            return;
        using var serving = _host.Acquire();
        Serve(serving.Bundle);
        HostLog.CaughtUp(_logger, _host.Name, ledger.State.Head.Count, _host.Info.UnlearnedCount);
    }

    private async Task ChangeAsync(Action change, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            change();
        }
        finally
        {
            _change.Release();
        }
    }

    // All that is ordered by now is obeyed, whoever ordered it.
    private void Serve(NullsBundle model, LoadedModel? loaded = null, bool newWeights = false)
    {
        var orders = About(model.Sources);
        _host.Swap(model.Obeying(orders.Unlearned, orders.Restored), orders.Head, loaded, newWeights);
    }
}
