using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>Opens the ledger that the options name, with its key, which it owns when it comes from a file.</summary>
internal sealed class LedgerOrigin(NullsServiceOptions options, IServiceProvider services, TimeProvider time) : IDisposable
{
    private LedgerKey? _ownKey;

    /// <summary>Gets whether there is to be a ledger.</summary>
    public bool IsGiven => options.LedgerPath is not null || options.LedgerDatabase is not null;

    /// <summary>Opens the ledger, or makes it where there is none and the options allow it; null without one.</summary>
    public UnlearningLedger? Open(NullsBundle model)
    {
        if (!IsGiven)
            return null;

        var key = Key();
        return options.LedgerPath is { } path ? OpenFile(path, key, model) : OpenDatabase(key, model);
    }

    /// <summary>Looks, before a model is loaded or made, that the key is there, and the file of a ledger that is not to be made.</summary>
    public void RequireThere()
    {
        if (!IsGiven)
            return;

        _ = Key();
        if (options.LedgerPath is { } path && !options.CreateLedger)
            new FileLedgerStore(path).RequireExists();
    }

    public void Dispose() => _ownKey?.Dispose();

    // One of the two, as validated.
    private LedgerKey Key() => options.LedgerKey?.Invoke(services) ?? (_ownKey ??= LedgerKey.Load(options.LedgerKeyPath!));

    private UnlearningLedger OpenFile(string path, LedgerKey key, NullsBundle model)
    {
        if (options.CreateLedger && !File.Exists(path))
        {
            try
            {
                return UnlearningLedger.Create(path, key, model.Sources, model.ModelDigest, time);
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another instance was first.
            }
        }

        return UnlearningLedger.Open(path, key, time);
    }

    private UnlearningLedger OpenDatabase(LedgerKey key, NullsBundle model)
    {
        var database = options.LedgerDatabase!(services); // There is one where there is no path.
        try
        {
            return UnlearningLedger.Open(database, options.LedgerName, key, time);
        }
        catch (Exception absent) when (options.CreateLedger && (absent is InvalidOperationException or IOException))
        {
            try
            {
                return UnlearningLedger.Create(database, options.LedgerName, key, model.Sources, model.ModelDigest, time);
            }
            catch (IOException)
            {
                // Another instance was first, or the database is away, which the second attempt says.
                return UnlearningLedger.Open(database, options.LedgerName, key, time);
            }
        }
    }
}
