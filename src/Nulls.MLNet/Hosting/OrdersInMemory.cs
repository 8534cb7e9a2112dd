using Nulls.Sources;
using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>The orders of a model without a ledger, so that they outlive its replacement, though not the process. Holds sources as the model does, by the hashes of their keys. Thread-safe.</summary>
internal sealed class OrdersInMemory
{
    private readonly Lock _turn = new();
    private readonly Dictionary<SourceId, LedgerAction> _last = [];
    private byte[] _salt = [];

    /// <summary>Remembers an order.</summary>
    /// <param name="action">What is ordered.</param>
    /// <param name="keys">The sources' keys.</param>
    /// <param name="sources">The sources of the model that serves.</param>
    public void Add(LedgerAction action, string[] keys, SourceRegistry sources)
    {
        lock (_turn)
        {
            _salt = [.. sources.Salt];
            foreach (var key in keys)
                _last[SourceId.Of(key, _salt)] = action;
        }
    }

    /// <summary>Checks that the orders can be found in a model.</summary>
    /// <exception cref="ArgumentException">There are orders, and the model's sources are hashed with another salt.</exception>
    public void RequireLineage(SourceRegistry sources)
    {
        lock (_turn)
        {
            if (_last.Count > 0 && !sources.Salt.SequenceEqual(_salt))
                throw new ArgumentException($"The orders about {_last.Count:N0} sources are kept in memory as hashes of their keys, and this model hashes keys with another salt, so that they could not be obeyed. Train it with the earlier model's SourceSalt and keep a ledger (LedgerPath or LedgerDatabase), or start the application anew with it and give the orders again.", nameof(sources));
        }
    }

    /// <summary>Finds what is ordered about a model's sources.</summary>
    public StandingOrders About(SourceRegistry sources)
    {
        lock (_turn)
        {
            var (unlearned, restored, erased) = (new List<int>(), new List<int>(), new List<int>());
            foreach (var (id, action) in _last)
            {
                if (!sources.TryGetIndex(id, out var source))
                    continue;
                (action == LedgerAction.Restore ? restored : unlearned).Add(source);
                if (action == LedgerAction.Erase)
                    erased.Add(source);
            }

            return new StandingOrders(null, unlearned, restored, erased);
        }
    }

    /// <summary>Tells whether a source was erased.</summary>
    public bool IsErased(string key)
    {
        lock (_turn)
            return _last.TryGetValue(SourceId.Of(key, _salt), out var action) && action == LedgerAction.Erase;
    }
}
