using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Nulls.Sources;

namespace Nulls.Unlearning;

/// <summary>Finds the sources of a ledger among those of models. Thread-safe.</summary>
internal sealed class LedgerResolver(LedgerKey key)
{
    private readonly ConcurrentDictionary<SourcePseudonym, SourceId> _known = new();
    private readonly ConditionalWeakTable<SourceRegistry, PseudonymIndex> _indices = [];

    /// <summary>Remembers a source that was named by its key, so that no index is needed to find it.</summary>
    public void Learn(SourcePseudonym source, SourceId id) => _known[source] = id;

    public LedgerOverlay Resolve(LedgerState state, SourceRegistry sources)
    {
        var (unlearned, restored, unknownCount) = (new List<int>(), new List<int>(), 0);
        foreach (var (source, action) in state.LastActions)
        {
            var index = _known.TryGetValue(source, out var id) ? IndexOf(id, sources) : Prepare(sources).Find(source);
            if (index < 0)
                unknownCount++;
            else
                (action == LedgerAction.Restore ? restored : unlearned).Add(index);
        }

        unlearned.Sort();
        restored.Sort();
        return new LedgerOverlay(state.Head, unlearned, restored, unknownCount);
    }

    /// <summary>Makes the index of a registry's pseudonyms, unless it is there. A registry may have grown since.</summary>
    public PseudonymIndex Prepare(SourceRegistry sources)
    {
        lock (_indices)
        {
            if (!_indices.TryGetValue(sources, out var index) || index.Count != sources.Count)
                _indices.AddOrUpdate(sources, index = new PseudonymIndex(sources, key));
            return index;
        }
    }

    private static int IndexOf(SourceId id, SourceRegistry sources) => sources.TryGetIndex(id, out var index) ? index : -1;
}
