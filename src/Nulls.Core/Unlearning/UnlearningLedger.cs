using System.Data.Common;
using System.Security.Cryptography;
using Nulls.Sources;

namespace Nulls.Unlearning;

/// <summary>The record of all that was ordered about a model's sources: append-only, chained by hashes, in a file or a database, for one or many processes.</summary>
/// <remarks>
/// <para>What it says about a source outlives every process: a loaded model on which it is applied (<c>NullsBundle.WithLedger</c>) runs
/// no sink of a source that the ledger disables. It never changes a weight.</para>
/// <para>It holds pseudonyms, times, actors and reasons: no source's key, id, index or sink. See <see cref="LedgerKey"/> for what
/// destroying the key does.</para>
/// <para>An entry is acknowledged, by <see cref="Append"/> returning, once it is on the disk: a file is flushed to it, a database has committed. Entries of
/// other processes are seen by <see cref="Refresh"/>. A file's lock works between processes of one machine, not over network disks: for several machines use a database.</para>
/// <para>Thread-safe. It keeps nothing open; the key and the database stay the caller's, and must outlive it.</para>
/// </remarks>
public sealed class UnlearningLedger
{
    private const int MostSources = 100_000;
    private const int MostAttempts = 1000;
    private readonly Lock _turn = new();
    private readonly ILedgerStore _store;
    private readonly LedgerKey? _key;
    private readonly TimeProvider _time;
    private readonly LedgerChain _chain;
    private readonly LedgerResolver? _resolver;
    private LedgerPosition _position = LedgerPosition.Start;
    private volatile LedgerState _state;

    private UnlearningLedger(ILedgerStore store, LedgerKey? key, TimeProvider? time)
    {
        (_store, _key, _time) = (store, key, time ?? TimeProvider.System);
        _chain = new LedgerChain(store.Name, key);
        _resolver = key is null ? null : new LedgerResolver(key, _chain);
        store.RequireExists();
        ReadNew();
        if (_chain.Genesis is null)
            throw new InvalidDataException($"The ledger {store.Name} has no whole record. Restore it from a copy.");
        _state = _chain.ToState();
    }

    /// <summary>Gets the record that begins the ledger.</summary>
    public LedgerGenesis Genesis => _chain.Genesis!; // The constructor read it.

    /// <summary>Gets what the ledger said when it was last read.</summary>
    public LedgerState State => _state;

    /// <summary>Makes a ledger in a new file, for a model and those that are trained with its salt.</summary>
    /// <param name="path">The file. Another, whose name ends in <c>.lock</c>, is made beside it.</param>
    /// <param name="key">The key to write under; kept elsewhere.</param>
    /// <param name="sources">The model's sources, whose salt the ledger is bound to: <c>bundle.Sources</c>.</param>
    /// <param name="modelDigest">The model's digest: <c>bundle.ModelDigest</c>.</param>
    /// <param name="time">Tells the time of entries. The default is the system's clock.</param>
    /// <exception cref="IOException">There is such a file, or it cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static UnlearningLedger Create(string path, LedgerKey key, SourceRegistry sources, string modelDigest, TimeProvider? time = null) =>
        Create(new FileLedgerStore(path), key, sources, modelDigest, time);

    /// <summary>Makes a ledger in a database. The tables are made with the first one.</summary>
    /// <param name="database">The database, by any ADO.NET provider, such as <c>NpgsqlDataSource.Create(connectionString)</c> or <c>SqliteFactory.Instance.CreateDataSource(connectionString)</c>. It must put commits on the disk, as both do by default.</param>
    /// <param name="name">What the ledger is called among others in the database: 1 to 64 letters, digits, and <c>. _ - : /</c>.</param>
    /// <param name="key">The key to write under; kept elsewhere.</param>
    /// <param name="sources">The model's sources, whose salt the ledger is bound to: <c>bundle.Sources</c>.</param>
    /// <param name="modelDigest">The model's digest: <c>bundle.ModelDigest</c>.</param>
    /// <param name="time">Tells the time of entries. The default is the system's clock.</param>
    /// <exception cref="IOException">There is a ledger of this name, or the database cannot be reached.</exception>
    /// <exception cref="NotSupportedException">The tables are of another version.</exception>
    public static UnlearningLedger Create(DbDataSource database, string name, LedgerKey key, SourceRegistry sources, string modelDigest, TimeProvider? time = null) =>
        Create(new DatabaseLedgerStore(database, name), key, sources, modelDigest, time);

    /// <summary>Opens a ledger's file, and verifies all of it. An absent one is an error and is never made: what it said would be undone.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key that the ledger was made with. Null opens it to be read only: entries can be listed, and neither made nor applied.</param>
    /// <param name="time">Tells the time of entries. The default is the system's clock.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">The ledger is written under another key.</exception>
    /// <exception cref="InvalidDataException">The file is no ledger, or was changed.</exception>
    public static UnlearningLedger Open(string path, LedgerKey? key, TimeProvider? time = null) => new(new FileLedgerStore(path), key, time);

    /// <summary>Opens a ledger in a database, and verifies all of it. An absent one is an error and is never made: what it said would be undone.</summary>
    /// <param name="database">The database, by any ADO.NET provider.</param>
    /// <param name="name">The ledger's name.</param>
    /// <param name="key">The key that the ledger was made with. Null opens it to be read only.</param>
    /// <param name="time">Tells the time of entries. The default is the system's clock.</param>
    /// <exception cref="IOException">The database cannot be reached, or has no tables of ledgers.</exception>
    /// <exception cref="InvalidOperationException">There is no ledger of this name.</exception>
    /// <exception cref="ArgumentException">The ledger is written under another key.</exception>
    /// <exception cref="InvalidDataException">The ledger was changed.</exception>
    /// <exception cref="NotSupportedException">The tables are of another version.</exception>
    public static UnlearningLedger Open(DbDataSource database, string name, LedgerKey? key, TimeProvider? time = null) => new(new DatabaseLedgerStore(database, name), key, time);

    /// <summary>Reads what other processes appended since. Reads nothing twice.</summary>
    /// <returns>Whether there was something new.</returns>
    /// <exception cref="InvalidDataException">A record was changed, or is no longer there. <see cref="State"/> stays at the last sound one.</exception>
    /// <exception cref="IOException">The file or database cannot be reached. <see cref="State"/> stays.</exception>
    public bool Refresh()
    {
        lock (_turn)
            return ReadNew();
    }

    /// <summary>Reads all entries anew, in their order, each checked.</summary>
    /// <exception cref="InvalidDataException">A record was changed; thrown when it is reached.</exception>
    public IEnumerable<LedgerEntry> ReadEntries()
    {
        var chain = new LedgerChain(_store.Name, _key);
        foreach (var line in _store.ReadAfter(LedgerPosition.Start))
        {
            if (chain.Accept(line) is { } entry)
                yield return entry;
        }
    }

    /// <summary>Records an order. Once this returns the entry is on the disk and in <see cref="State"/>; models take it over when the ledger is applied to them.</summary>
    /// <remarks>
    /// Keys are not compared with any model: <c>bundle.Unlearn(keys, ledger, request)</c> does that. If it throws, the entry is not
    /// acknowledged; only where a connection broke can it be there all the same, which is harmless and seen by <see cref="Refresh"/>.
    /// </remarks>
    /// <param name="action">What is ordered. An order that holds already is recorded again.</param>
    /// <param name="sourceKeys">The sources' keys, 1 to 100,000; duplicates count once.</param>
    /// <param name="request">Who acts, and why.</param>
    /// <param name="modelDigest">The digest of the model that the order is made for: <c>bundle.ModelDigest</c>.</param>
    /// <exception cref="ArgumentException">There is no key or too many, a key is empty, a text is outside its rule or holds a key.</exception>
    /// <exception cref="InvalidOperationException">An erased source is to be restored, or the ledger was opened without its key.</exception>
    /// <exception cref="IOException">The disk is full, or the file or database cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    /// <exception cref="InvalidDataException">The ledger was changed.</exception>
    /// <exception cref="TimeoutException">Another process held the file's lock for 30 seconds.</exception>
    public LedgerEntry Append(LedgerAction action, IEnumerable<string> sourceKeys, LedgerRequest request, string modelDigest)
    {
        if (!Enum.IsDefined(action))
            throw new ArgumentOutOfRangeException(nameof(action), action, "The action must be Disable, Restore or Erase.");
        ArgumentNullException.ThrowIfNull(sourceKeys);
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        LedgerRequest.RequireCode(modelDigest, nameof(modelDigest));
        var sources = PseudonymsOf(sourceKeys, request);
        lock (_turn)
        {
            for (var attempt = 1; attempt <= MostAttempts; attempt++)
            {
                using var turn = _store.EnterAppend();
                ReadNew();
                RequireRestorable(action, sources);
                var entry = new LedgerEntry
                {
                    Sequence = _position.Count, Id = Guid.NewGuid(), Time = _time.GetUtcNow(), Action = action, Sources = [.. sources.Keys],
                    Request = request, ModelDigest = modelDigest, Hash = "",
                };
                var line = LedgerRecord.Write(entry, _position.Hash, RequireKey());
                if (_store.TryAppend(_position, line))
                    return Take(line)!; // Only the first record is no entry.
            }
        }

        throw new IOException($"The entry was not recorded in the ledger {_store.Name}: others appended {MostAttempts} times in its place. Try again.");
    }

    /// <summary>Tells whether the ledger, as last read, orders that a source's sinks never run: what a corpus is filtered by before another training.</summary>
    /// <exception cref="ArgumentException">The key is empty or no valid Unicode text.</exception>
    /// <exception cref="InvalidOperationException">The ledger was opened without its key.</exception>
    public bool IsUnlearned(string sourceKey) => _state.IsUnlearned(PseudonymOf(sourceKey));

    /// <summary>Computes what stands for a source in this ledger.</summary>
    /// <exception cref="ArgumentException">The key is empty or no valid Unicode text.</exception>
    /// <exception cref="InvalidOperationException">The ledger was opened without its key.</exception>
    public SourcePseudonym PseudonymOf(string sourceKey) => RequireKey().PseudonymOf(SourceId.Of(sourceKey, Genesis.SourceSalt.Span));

    /// <summary>Finds the sources of the ledger, as last read, among those of a model.</summary>
    /// <remarks>
    /// A source that was named to this object by its key is found at once. The first one that another process named needs the
    /// pseudonyms of all sources of the model: some 2 µs a source and core, 12 bytes each, once; see <see cref="Prepare"/>. After
    /// that a call looks at the entries since the last one alone.
    /// </remarks>
    /// <param name="sources">The model's sources: <c>bundle.Sources</c>.</param>
    /// <exception cref="ArgumentException">The ledger is of another model: its sources are hashed with another salt.</exception>
    /// <exception cref="InvalidOperationException">The ledger was opened without its key.</exception>
    public LedgerOverlay Resolve(SourceRegistry sources)
    {
        RequireKey();
        RequireLineage(sources);
        return _resolver!.Resolve(() => _state, sources); // There is one where there is a key.
    }

    /// <summary>Computes now what <see cref="Resolve"/> needs, so that the first entry of another process takes effect at once.</summary>
    /// <param name="sources">The model's sources: <c>bundle.Sources</c>.</param>
    /// <exception cref="ArgumentException">The ledger is of another model.</exception>
    /// <exception cref="InvalidOperationException">The ledger was opened without its key.</exception>
    public void Prepare(SourceRegistry sources)
    {
        RequireKey();
        RequireLineage(sources);
        _resolver!.Prepare(sources); // There is one where there is a key.
    }

    private static UnlearningLedger Create(ILedgerStore store, LedgerKey key, SourceRegistry sources, string modelDigest, TimeProvider? time)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(sources);
        LedgerRequest.RequireCode(modelDigest, nameof(modelDigest));
        var genesis = new LedgerGenesis
        {
            Id = Guid.NewGuid(), Time = (time ?? TimeProvider.System).GetUtcNow(), KeyId = key.Id, ModelDigest = modelDigest, SourceSalt = sources.Salt.ToArray(),
        };
        store.Create(LedgerRecord.Write(genesis, key));
        return new UnlearningLedger(store, key, time);
    }

    private bool ReadNew()
    {
        var count = _position.Count;
        try
        {
            foreach (var line in _store.ReadAfter(_position))
            {
                _chain.Accept(line);
                _position = _position.After(line);
            }
        }
        finally
        {
            // What is sound before a fault holds.
            if (_position.Count > count)
                _state = _chain.ToState();
        }

        return _position.Count > count;
    }

    private LedgerEntry? Take(byte[] line)
    {
        var entry = _chain.Accept(line);
        _position = _position.After(line);
        _state = _chain.ToState();
        return entry;
    }

    private Dictionary<SourcePseudonym, string> PseudonymsOf(IEnumerable<string> sourceKeys, LedgerRequest request)
    {
        var key = RequireKey();
        var sources = new Dictionary<SourcePseudonym, string>();
        foreach (var sourceKey in sourceKeys)
        {
            ArgumentException.ThrowIfNullOrEmpty(sourceKey, nameof(sourceKeys));
            request.RequireWithout(sourceKey);
            var id = SourceId.Of(sourceKey, Genesis.SourceSalt.Span);
            var source = key.PseudonymOf(id);
            _resolver!.Learn(source, id); // There is one where there is a key.
            if (sources.TryAdd(source, sourceKey) && sources.Count > MostSources)
                throw new ArgumentException($"An entry names at most {MostSources:N0} sources. Record more in several entries; nothing was recorded.", nameof(sourceKeys));
        }

        return sources.Count > 0 ? sources : throw new ArgumentException("An entry names at least one source; nothing was recorded.", nameof(sourceKeys));
    }

    private void RequireRestorable(LedgerAction action, Dictionary<SourcePseudonym, string> sources)
    {
        if (action != LedgerAction.Restore)
            return;

        string[] erased = [.. sources.Where(source => _state.LastActions.TryGetValue(source.Key, out var last) && last == LedgerAction.Erase).Select(source => $"'{source.Value}'").Take(10)];
        if (erased.Length > 0)
            throw new InvalidOperationException($"The ledger {_store.Name} says that {string.Join(", ", erased)} {(erased.Length == 1 ? "is" : "are")} erased, and what is erased cannot be restored; nothing was recorded. Train the model again to have the source back.");
    }

    private void RequireLineage(SourceRegistry sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (!CryptographicOperations.FixedTimeEquals(sources.Salt, Genesis.SourceSalt.Span))
            throw new ArgumentException($"The ledger {_store.Name} is of another model: it was made for {Genesis.ModelDigest}, whose sources are hashed with another salt. Open this model's ledger, or train with SourceSalt = ledger.Genesis.SourceSalt.", nameof(sources));
    }

    /// <summary>Finds the sources of an entry among those of a model, in the entry's order; -1 for one that the model does not have.</summary>
    internal IReadOnlyList<int> Find(LedgerEntry entry, SourceRegistry sources)
    {
        RequireKey();
        RequireLineage(sources);
        return _resolver!.Find(entry.Sources, sources); // There is one where there is a key.
    }

    internal LedgerKey RequireKey() => _key ?? throw new InvalidOperationException($"The ledger {_store.Name} was opened without its key, to be read only. Open it with the key that it was made with.");
}
