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
    /// <summary>How many nearest sources a routed text is read with.</summary>
    public const int NearestCount = 3;

    private const int PlaceboDraws = 64;

    /// <summary>Routes one text.</summary>
    /// <param name="request">The text, its source and its prompt; when there is a prompt, routing goes by that alone.</param>
    /// <param name="routing">What to do for a text that has no sinks of its own.</param>
    /// <param name="isUnlearned">Says whether a source, by index, is unlearned.</param>
    /// <exception cref="InvalidOperationException">The nearest sources are asked for, and the model keeps no index of texts.</exception>
    public SinkRoute Route(ScoringRequest request, SinkRouting routing, Func<int, bool> isUnlearned)
    {
        if (!string.IsNullOrEmpty(request.Source) && sources.TryGetIndex(request.Source, out var own) && !isUnlearned(own))
            return new SinkRoute(SinkState.Own, [GateOf(own)]);

        var text = request.Prompt.Length > 0 ? request.Prompt : request.Text;
        return routing switch
        {
            SinkRouting.Backbone => SinkRoute.Backbone,
            SinkRouting.NearestSources => Nearest(text, isUnlearned),
            SinkRouting.Placebo => Placebo(text, isUnlearned),
            _ => throw new ArgumentOutOfRangeException(nameof(routing), routing, "The routing must be one of Backbone, NearestSources and Placebo."),
        };
    }

    private SinkRoute Nearest(string text, Func<int, bool> isUnlearned)
    {
        if (index is null)
        {
            throw new InvalidOperationException(
                "Routing to the nearest sources needs an index of their texts, and this model keeps none: it was not trained with SinkRouting.NearestSources. Route to the backbone, or train with that routing.");
        }

        var nearest = index.Nearest(text, NearestCount, isUnlearned);
        return nearest.Count == 0
            ? SinkRoute.Backbone
            : new SinkRoute(SinkState.Routed, [.. nearest.Select(match => GateOf(match.Source)), SourceGate.Backbone]);
    }

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
