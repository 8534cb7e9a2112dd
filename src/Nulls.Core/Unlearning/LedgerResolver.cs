using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Nulls.Sources;

namespace Nulls.Unlearning;

/// <summary>Finds the sources of a ledger among those of models, and looks at each entry once a model. Thread-safe.</summary>
internal sealed class LedgerResolver(LedgerKey key, LedgerChain chain)
{
    private readonly ConcurrentDictionary<SourcePseudonym, SourceId> _known = new();
    private readonly ConditionalWeakTable<SourceRegistry, Resolution> _resolutions = [];

    /// <summary>Remembers a source that was named by its key, so that no index is needed to find it.</summary>
    public void Learn(SourcePseudonym source, SourceId id) => _known[source] = id;

    /// <summary>Makes the index of a registry's pseudonyms, unless it is there.</summary>
    public void Prepare(SourceRegistry sources)
    {
        var resolution = _resolutions.GetOrAdd(sources, static _ => new Resolution());
        lock (resolution)
            IndexOf(resolution, sources);
    }

    /// <param name="readState">Reads the ledger's state, once it is this call's turn: no call goes back behind another.</param>
    /// <param name="sources">The model's sources.</param>
    public LedgerOverlay Resolve(Func<LedgerState> readState, SourceRegistry sources)
    {
        var resolution = _resolutions.GetOrAdd(sources, static _ => new Resolution());
        lock (resolution)
        {
            if (resolution.SourceCount != sources.Count)
                resolution.Restart(sources.Count);

            var state = readState();
            var (unlearned, restored, erased) = (new List<int>(), new List<int>(), new List<int>());
            foreach (var source in chain.ChangesBetween(resolution.ChangeCount, state.ChangeCount))
            {
                var index = _known.TryGetValue(source, out var id) ? IndexOf(id, sources) : IndexOf(resolution, sources).Find(source);
                if (index < 0)
                {
                    resolution.Unknown.Add(source);
                    continue;
                }

                var action = state.LastActions[source];
                (action == LedgerAction.Restore ? restored : unlearned).Add(index);
                if (action == LedgerAction.Erase)
                    erased.Add(index);
            }

            resolution.Unlearned = resolution.Unlearned.Without(restored).With(unlearned);
            resolution.Restored = resolution.Restored.Without(unlearned).With(restored);
            resolution.Erased = resolution.Erased.With(erased); // Nothing follows an erasure.
            resolution.ChangeCount = state.ChangeCount;
            return new LedgerOverlay(state.Head, resolution.Unlearned, resolution.Restored, resolution.Unknown.Count) { Erased = resolution.Erased };
        }
    }

    /// <summary>Finds sources among those of a model; -1 for one that it does not have.</summary>
    public IReadOnlyList<int> Find(IReadOnlyList<SourcePseudonym> pseudonyms, SourceRegistry sources)
    {
        var resolution = _resolutions.GetOrAdd(sources, static _ => new Resolution());
        lock (resolution)
            return [.. pseudonyms.Select(source => _known.TryGetValue(source, out var id) ? IndexOf(id, sources) : IndexOf(resolution, sources).Find(source))];
    }

    // A registry may have grown since.
    private PseudonymIndex IndexOf(Resolution resolution, SourceRegistry sources) =>
        resolution.Index?.Count == sources.Count ? resolution.Index : resolution.Index = new PseudonymIndex(sources, key);

    private static int IndexOf(SourceId id, SourceRegistry sources) => sources.TryGetIndex(id, out var index) ? index : -1;

    /// <summary>How far one registry has followed the ledger, and what came of it.</summary>
    private sealed class Resolution
    {
        public int SourceCount { get; private set; } = -1;

        public int ChangeCount { get; set; }

        public SourceSet Unlearned { get; set; } = SourceSet.Empty;

        public SourceSet Restored { get; set; } = SourceSet.Empty;

        public SourceSet Erased { get; set; } = SourceSet.Empty;

        public HashSet<SourcePseudonym> Unknown { get; private set; } = [];

        public PseudonymIndex? Index { get; set; }

        public void Restart(int sourceCount)
        {
            (SourceCount, ChangeCount) = (sourceCount, 0);
            (Unlearned, Restored, Erased, Unknown) = (SourceSet.Empty, SourceSet.Empty, SourceSet.Empty, []);
        }
    }
}
