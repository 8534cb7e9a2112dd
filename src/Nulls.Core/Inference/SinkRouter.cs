using System.Runtime.InteropServices;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Sources;

namespace Nulls.Inference;

/// <summary>Decides which sinks run for a text: its own source's, unless that is unlearned or not known, or else by <see cref="SinkRouting"/>.</summary>
/// <remarks>Never opens the sinks of an unlearned source. Holds no state of its own, so safe for many threads.</remarks>
/// <param name="sources">Who contributed.</param>
/// <param name="allocation">Which sinks each source has.</param>
/// <param name="index">The index of the sources' texts, or null when the model keeps none.</param>
internal sealed class SinkRouter(SourceRegistry sources, SinkAllocation allocation, SourceIndex? index)
{
    private const int PlaceboDraws = 64;

    /// <summary>Routes texts.</summary>
    /// <param name="requests">The texts, their sources and prompts; where there is a prompt, routing goes by that alone.</param>
    /// <param name="settings">What to do for a text that has no sinks of its own.</param>
    /// <param name="isUnlearned">Says whether a source, by index, is unlearned.</param>
    /// <param name="cancellationToken">Given to the user's router.</param>
    /// <exception cref="InvalidOperationException">The nearest sources are asked for, and there is neither an index of texts nor a router; or the router gave no answer.</exception>
    public SinkRoute[] Route(IReadOnlyList<ScoringRequest> requests, RouteSettings settings, Func<int, bool> isUnlearned, CancellationToken cancellationToken = default)
    {
        var routes = new SinkRoute[requests.Count];
        var open = new List<int>();
        for (var i = 0; i < routes.Length; i++)
        {
            if (!string.IsNullOrEmpty(requests[i].Source) && sources.TryGetIndex(requests[i].Source!, out var own) && !isUnlearned(own))
                routes[i] = new SinkRoute(SinkState.Own, [GateOf(own)]);
            else
                open.Add(i);
        }

        string[] texts = [.. open.Select(i => requests[i].RoutedText)];
        var found = RoutingRule.NeedsNearest(settings.Routing) && texts.Length > 0
            ? Nearest(texts, RoutingRule.NearestCount(settings.Routing), settings, isUnlearned, cancellationToken)
            : null;
        for (var j = 0; j < texts.Length; j++)
        {
            routes[open[j]] = settings.Routing switch
            {
                SinkRouting.Backbone => SinkRoute.Backbone,
                SinkRouting.Placebo => Placebo(texts[j], isUnlearned),
                _ => Mixture(found![j], RoutingRule.Mixing(settings.Routing)), // Found whenever nearest sources are needed.
            };
        }

        return routes;
    }

    /// <summary>Finds the surviving sources nearest to texts.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="count">The most sources for each.</param>
    /// <param name="settings">The user's router and what it answered before; without one, the index is searched.</param>
    /// <param name="isUnlearned">Says whether a source, by index, is unlearned.</param>
    /// <param name="cancellationToken">Stops between two texts.</param>
    /// <exception cref="InvalidOperationException">There is neither an index of texts nor a router; or the router gave no answer.</exception>
    public IReadOnlyList<SourceMatch>[] Nearest(string[] texts, int count, RouteSettings settings, Func<int, bool> isUnlearned, CancellationToken cancellationToken)
    {
        if (settings.Router is { } router)
            return new GuardedRouter(router, sources, isUnlearned, settings.Answers).Nearest(texts, count, cancellationToken);
        if (index is null)
        {
            throw new InvalidOperationException(
                "Routing to the nearest sources needs an index of their texts, and this model keeps none: it was not trained with a routing that looks for them. Route to the backbone, give a router (WithRouter), or train with SinkRouting.NearestSources.");
        }

        var found = new IReadOnlyList<SourceMatch>[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            found[i] = index.Nearest(texts[i], count, isUnlearned);
        }

        return found;
    }

    private SinkRoute Mixture(IReadOnlyList<SourceMatch> nearest, GateMixing mixing) => nearest.Count == 0
        ? SinkRoute.Backbone
        : new SinkRoute(SinkState.Routed, [.. nearest.Select(match => GateOf(match.Source)), SourceGate.Backbone], mixing);

    // Draws are independent, so that a run of unlearned sources does not give its share to the one behind it.
    private SinkRoute Placebo(string text, Func<int, bool> isUnlearned)
    {
        if (sources.Count == 0)
            return SinkRoute.Backbone;

        var bytes = MemoryMarshal.AsBytes(text.AsSpan());
        var source = 0;
        for (ulong draw = 0; draw < PlaceboDraws; draw++)
        {
            source = (int)(SipHash.Hash(draw, 0, bytes) % (ulong)sources.Count);
            if (!isUnlearned(source))
                return new SinkRoute(SinkState.Placebo, [GateOf(source)]);
        }

        // Nearly all are unlearned: take the next that is not.
        for (var step = 1; step <= sources.Count; step++)
        {
            var next = (int)(((long)source + step) % sources.Count);
            if (!isUnlearned(next))
                return new SinkRoute(SinkState.Placebo, [GateOf(next)]);
        }

        return SinkRoute.Backbone;
    }

    private SourceGate GateOf(int source) => new(source, new SinkGate(allocation.Allocate(source)));
}
