using Nulls.Inference;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Sources;
using Nulls.Unlearning;

namespace Nulls;

// The verbs about sources: unlearn and restore, with a ledger and without; erase; compact.
public sealed partial class NullsBundle
{
    /// <summary>Tells whether a source is unlearned.</summary>
    /// <exception cref="ArgumentException">The source is not known.</exception>
    public bool IsUnlearned(string sourceKey) => IndicesOf([sourceKey]).All(_unlearned.Contains);

    /// <summary>Makes a bundle on the same weights in which the sinks of these sources never run. No weight changes or is copied; the time follows how many keys are given, not the model's size nor its number of sources.</summary>
    /// <remarks>The knowledge is still in the weights: whoever holds the file can <see cref="Restore(IEnumerable{string})"/> it.</remarks>
    /// <param name="sourceKeys">The keys, as trained. Sources that are unlearned already stay so.</param>
    /// <exception cref="ArgumentException">A key is not known; all such are named.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle Unlearn(IEnumerable<string> sourceKeys) => With(_routes, _unlearned.With(IndicesOf(sourceKeys)));

    /// <summary>Makes a bundle on the same weights in which the sinks of the sources that fit a predicate never run.</summary>
    /// <param name="predicate">Tells by its key whether a source is to be unlearned.</param>
    /// <exception cref="InvalidOperationException">The model keeps no keys as text: see <see cref="NullsBundleOptions.KeepSourceKeys"/>.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle Unlearn(Func<string, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        if (!Sources.KeepsKeys)
            throw new InvalidOperationException("Sources cannot be chosen by a predicate over their keys, because this model keeps only hashes of keys. Name the keys, or train with KeepSourceKeys.");

        // Keys are withheld only of sources that are unlearned already.
        var chosen = Enumerable.Range(0, Sources.Count).Where(index => Sources.GetKeyOrNull(index) is { } key && predicate(key));
        return With(_routes, _unlearned.With(chosen));
    }

    /// <summary>Makes a bundle on the same weights in which the sinks of these sources run again.</summary>
    /// <remarks>A source that was unlearned when the model was saved is not in its index of texts: it answers for its own texts again, but is not routed to.</remarks>
    /// <param name="sourceKeys">The keys, as trained. Sources that are not unlearned stay so.</param>
    /// <exception cref="ArgumentException">A key is not known; all such are named.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle Restore(IEnumerable<string> sourceKeys) => With(_routes, _unlearned.Without(IndicesOf(sourceKeys)));

    /// <summary>Records in a ledger that the sinks of these sources are never to run, and makes a bundle on the same weights that obeys the ledger.</summary>
    /// <remarks>Once this returns the entry is on the disk. Where it throws, no bundle is made and the entry is not acknowledged.</remarks>
    /// <param name="sourceKeys">The keys, as trained, at most 100,000.</param>
    /// <param name="ledger">The model's ledger.</param>
    /// <param name="request">Who asks for it, and why.</param>
    /// <exception cref="ArgumentException">A key is not known (all such are named), no key is given, the request breaks a rule, or the ledger is of another model.</exception>
    /// <exception cref="IOException">The ledger cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle Unlearn(IEnumerable<string> sourceKeys, UnlearningLedger ledger, LedgerRequest request) => Record(LedgerAction.Disable, sourceKeys, ledger, request);

    /// <summary>Records in a ledger that the sinks of these sources run again, and makes a bundle on the same weights that obeys the ledger.</summary>
    /// <param name="sourceKeys">The keys, as trained, at most 100,000.</param>
    /// <param name="ledger">The model's ledger.</param>
    /// <param name="request">Who asks for it, and why.</param>
    /// <exception cref="ArgumentException">A key is not known (all such are named), no key is given, the request breaks a rule, or the ledger is of another model.</exception>
    /// <exception cref="InvalidOperationException">The ledger says that a source is erased.</exception>
    /// <exception cref="IOException">The ledger cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle Restore(IEnumerable<string> sourceKeys, UnlearningLedger ledger, LedgerRequest request) => Record(LedgerAction.Restore, sourceKeys, ledger, request);

    /// <summary>Makes a bundle on the same weights that obeys a ledger, as last read: the last entry about a source holds. Sources that the ledger does not name stay as they are here.</summary>
    /// <remarks>Entries that come later take effect in the bundle that is made with the ledger then; see <see cref="UnlearningLedger.Refresh"/>.</remarks>
    /// <param name="ledger">The model's ledger.</param>
    /// <exception cref="ArgumentException">The ledger is of another model.</exception>
    /// <exception cref="InvalidOperationException">The ledger was opened without its key.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle WithLedger(UnlearningLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var overlay = ledger.Resolve(Sources);
        return Obeying(overlay.Unlearned, overlay.Restored);
    }

    /// <summary>Counts what <see cref="Erase(IEnumerable{string})"/> would take from the other sources: the sinks that they share.</summary>
    /// <param name="sourceKeys">The keys, as trained.</param>
    /// <param name="cancellationToken">Stops the count, which takes seconds for millions of sources.</param>
    /// <exception cref="ArgumentException">A key is not known; all such are named.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public ErasureImpact ImpactOfErasing(IEnumerable<string> sourceKeys, CancellationToken cancellationToken = default) =>
        ErasureImpact.Of(Config.CreateAllocation(), Sources.Count, IndicesOf(sourceKeys).ToHashSet(), Sources.IsErased, cancellationToken);

    /// <summary>Makes a bundle on new weights in which every sink of these sources is zero, and nothing is held of the sources themselves: no key, no id, no term of their texts.</summary>
    /// <remarks>
    /// <para>There is no way back. Other sources lose the sinks that they share: see <see cref="ImpactOfErasing"/> first. Sources that are
    /// only unlearned keep their sinks. What others say too, and statistics of the corpus (the tokenizer, document frequencies), stay.</para>
    /// <para>Takes the memory of a second model until this bundle is disposed. Files that were saved before still hold the sources: delete them.</para>
    /// </remarks>
    /// <param name="sourceKeys">The keys, as trained.</param>
    /// <exception cref="ArgumentException">A key is not known; all such are named.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle Erase(IEnumerable<string> sourceKeys) => WithoutWeightsOf(IndicesOf(sourceKeys));

    /// <summary>Erases sources and records it in a ledger: makes a bundle on new weights that obeys the ledger and in which nothing is held of them.</summary>
    /// <remarks>
    /// <para>The new weights are made first, and the entry last, so that a failure records nothing. Once this returns the entry is on the disk.
    /// Should the process end before this bundle is saved, the order stands all the same: every model with the ledger keeps the sinks off,
    /// refuses to restore them, and <see cref="EraseAsOrdered"/> makes the erased weights anew, without the keys.</para>
    /// <para>The rest is as with <see cref="Erase(IEnumerable{string})"/>. The entry names the digest of the model before.</para>
    /// </remarks>
    /// <param name="sourceKeys">The keys, as trained, at most 100,000.</param>
    /// <param name="ledger">The model's ledger.</param>
    /// <param name="request">Who asks for it, and why.</param>
    /// <exception cref="ArgumentException">A key is not known (all such are named), no key is given, the request breaks a rule, or the ledger is of another model.</exception>
    /// <exception cref="IOException">The ledger cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle Erase(IEnumerable<string> sourceKeys, UnlearningLedger ledger, LedgerRequest request)
    {
        ArgumentNullException.ThrowIfNull(sourceKeys);
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        string[] keys = [.. sourceKeys];
        using var before = WithLedger(ledger);
        using var erased = before.Erase(keys);
        ledger.Append(LedgerAction.Erase, keys, request, ModelDigest);
        return erased.WithLedger(ledger);
    }

    /// <summary>Erases every source that a ledger, as last read, orders to be erased and this model still holds: what another instance ordered, or a process that ended before its model was saved.</summary>
    /// <remarks>Needs no key of a source and writes nothing to the ledger. Where nothing is left to erase, the bundle shares this one's weights.</remarks>
    /// <param name="ledger">The model's ledger.</param>
    /// <exception cref="ArgumentException">The ledger is of another model.</exception>
    /// <exception cref="InvalidOperationException">The ledger was opened without its key.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle EraseAsOrdered(UnlearningLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var overlay = ledger.Resolve(Sources);
        using var obeying = Obeying(overlay.Unlearned, overlay.Restored);
        return obeying.WithoutWeightsOf(overlay.Erased);
    }

    /// <summary>Makes a small bundle that holds the backbone and the sinks of these sources alone, each with sinks of its own.</summary>
    /// <remarks>For shipping a model to where few sources are needed: it computes the same for them, and knows no other. The sources are numbered anew. Statistics of the corpus stay, and so do sinks that a source of these shares with another: where nothing of that one may remain, <see cref="Erase(IEnumerable{string})"/> it first, and compact what that returns.</remarks>
    /// <param name="sourceKeys">The keys, as trained; none for the backbone alone.</param>
    /// <exception cref="ArgumentException">A key is not known or unlearned (all such are named), or the sources need more sinks than the pool has: such a model would be larger than this one.</exception>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public NullsBundle Compact(IEnumerable<string> sourceKeys)
    {
        ArgumentNullException.ThrowIfNull(sourceKeys);
        var keys = sourceKeys.ToArray();
        var kept = IndicesOf(keys);
        var unlearned = keys.Zip(kept).Where(pair => _unlearned.Contains(pair.Second)).Select(pair => $"'{pair.First}'").ToArray();
        if (unlearned.Length > 0)
            throw new ArgumentException($"A compact model is made of sources that are in use, but {unlearned.Length} of {keys.Length} are unlearned: {string.Join(", ", unlearned.Take(10))}{(unlearned.Length > 10 ? ", ..." : "")}. Leave them out, or restore them first.", nameof(sourceKeys));

        using var inUse = Share();
        return new NullsBundle(BundleErasure.Compact(_contents, [.. kept.Distinct().Order()]), _routes, SourceSet.Empty);
    }

    /// <summary>Tells whether the sinks of a source may run: it is known, and neither unlearned nor erased.</summary>
    internal bool IsInUse(SourceId source) => Sources.TryGetIndex(source, out var index) && !_unlearned.Contains(index);

    /// <summary>Makes a bundle on a copy of the weights that is changed. Other than that it is this one, unless all its sources are restored.</summary>
    /// <param name="change">Changes the copy; the weights that it was made of are given too, for reading.</param>
    /// <param name="restoresAll">Whether no source is unlearned in it.</param>
    internal NullsBundle WithChangedWeights(Action<NullsModel, NullsModel> change, bool restoresAll = false)
    {
        // Held for the call, so that a Dispose elsewhere does not free the weights under it.
        using var inUse = Share();
        return new NullsBundle(BundleErasure.Copy(_contents, change), _routes, restoresAll ? SourceSet.Empty : _unlearned);
    }

    /// <summary>Makes a bundle on the same weights in which the sinks of some sources, by index, never run, and those of others run again.</summary>
    internal NullsBundle Obeying(IReadOnlyCollection<int> unlearned, IReadOnlyCollection<int> restored) => With(_routes, _unlearned.Without(restored).With(unlearned));

    /// <summary>Makes a bundle on these weights that routes and unlearns as another one does, and runs nothing that is erased here: what is saved where a ledger tells the rest.</summary>
    internal NullsBundle WithStateOf(NullsBundle other) => With(other._routes, other._unlearned.With(Enumerable.Range(0, Sources.Count).Where(Sources.IsErased)));

    /// <summary>Erases sources by index; where there are none, the bundle shares this one's weights.</summary>
    internal NullsBundle WithoutWeightsOf(IReadOnlyCollection<int> erased)
    {
        using var inUse = Share();
        return erased.Count == 0 ? inUse.Share() : new NullsBundle(BundleErasure.Erase(_contents, [.. erased]), _routes, _unlearned.With(erased));
    }

    /// <summary>Tells whether a source, by index, is unlearned.</summary>
    internal bool IsUnlearned(int index) => _unlearned.Contains(index);

    /// <summary>Tells whether all but the sinks is the same as in another bundle, to the bit.</summary>
    internal bool HasBackboneOf(NullsBundle other)
    {
        using var ours = Share();
        using var theirs = other.Share();
        return BundleErasure.HasBackboneOf(_contents.Model, other._contents.Model);
    }

    /// <summary>Tells whether every weight of these sinks is zero.</summary>
    internal bool AreZero(SinkSet sinks)
    {
        using var inUse = Share();
        return BundleErasure.IsZero(_contents.Model, sinks);
    }

    private NullsBundle Record(LedgerAction action, IEnumerable<string> sourceKeys, UnlearningLedger ledger, LedgerRequest request)
    {
        ArgumentNullException.ThrowIfNull(sourceKeys);
        ArgumentNullException.ThrowIfNull(ledger);
        // All that can be wrong with the model is found before the entry is made. Held, so that no Dispose elsewhere comes in between.
        using var before = WithLedger(ledger);
        string[] keys = [.. sourceKeys];
        IndicesOf(keys);
        ledger.Append(action, keys, request, ModelDigest);
        return before.WithLedger(ledger);
    }

    private List<int> IndicesOf(IEnumerable<string> sourceKeys)
    {
        ArgumentNullException.ThrowIfNull(sourceKeys);
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        var keys = sourceKeys.ToArray();
        var indices = new List<int>(keys.Length);
        var unknown = new List<string>();
        foreach (var key in keys)
        {
            if (!string.IsNullOrEmpty(key) && Sources.TryGetIndex(key, out var index))
                indices.Add(index);
            else
                unknown.Add($"'{key}'");
        }

        if (unknown.Count > 0)
        {
            throw new ArgumentException(
                $"{unknown.Count} of {keys.Length} source keys are not known to this model: {string.Join(", ", unknown.Take(10))}{(unknown.Count > 10 ? ", ..." : "")}. " +
                "A key must be given exactly as in the source column when the model was trained; nothing was changed.", nameof(sourceKeys));
        }

        return indices;
    }
}
