using Nulls.Sources;
using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>The orders of a model without a ledger, so that they outlive its replacement, though not the process. Not thread-safe.</summary>
internal sealed class OrdersInMemory
{
    private readonly Dictionary<string, LedgerAction> _last = [];

    /// <summary>Remembers an order, and makes the bundle that obeys it.</summary>
    /// <param name="action">What is ordered.</param>
    /// <param name="keys">The sources' keys, known to the bundle.</param>
    /// <param name="bundle">The model; erased already where that is ordered.</param>
    public NullsBundle Take(LedgerAction action, string[] keys, NullsBundle bundle)
    {
        var after = action switch
        {
            LedgerAction.Disable => bundle.Unlearn(keys),
            LedgerAction.Restore => bundle.Restore(keys),
            _ => bundle.Share(),
        };
        Array.ForEach(keys, key => Remember(key, action));
        return after;
    }

    /// <summary>Makes a bundle that obeys all orders about sources that it knows.</summary>
    public NullsBundle ApplyTo(NullsBundle bundle)
    {
        string[] KeysOf(LedgerAction action) => [.. _last.Where(order => order.Value == action && bundle.Sources.TryGetIndex(order.Key, out _)).Select(order => order.Key)];
        using var disabled = bundle.Unlearn(KeysOf(LedgerAction.Disable));
        using var restored = disabled.Restore(KeysOf(LedgerAction.Restore));
        var erased = KeysOf(LedgerAction.Erase);
        return erased.Length == 0 ? restored.Share() : restored.Erase(erased);
    }

    /// <summary>Tells whether a source was erased.</summary>
    public bool IsErased(string key)
    {
        lock (_last)
            return _last.TryGetValue(key, out var action) && action == LedgerAction.Erase;
    }

    /// <summary>Lists the sources of a model, by index, whose sinks are never to run.</summary>
    public IReadOnlyCollection<int> OffIn(SourceRegistry sources)
    {
        lock (_last)
        {
            var off = new List<int>();
            foreach (var (key, action) in _last)
            {
                if (action != LedgerAction.Restore && sources.TryGetIndex(key, out var source))
                    off.Add(source);
            }

            return off;
        }
    }

    private void Remember(string key, LedgerAction action)
    {
        lock (_last)
            _last[key] = action;
    }
}
