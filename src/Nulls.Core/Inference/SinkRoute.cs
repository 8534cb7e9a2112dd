using Nulls.Model;

namespace Nulls.Inference;

/// <summary>The sinks that run for a text.</summary>
/// <param name="State">Why these.</param>
/// <param name="Gates">One, or several whose predictions are weighted by likelihood; the backbone is the last then.</param>
/// <param name="Mixing">How several are weighted.</param>
internal sealed record SinkRoute(SinkState State, IReadOnlyList<SourceGate> Gates, GateMixing Mixing = GateMixing.WholeText)
{
    /// <summary>Gets the route of a text for which no sinks run.</summary>
    public static SinkRoute Backbone { get; } = new(SinkState.Backbone, [SourceGate.Backbone]);
}

/// <summary>A gate and the source whose sinks it opens.</summary>
/// <param name="Source">The source's index, or <see cref="NoSource"/>.</param>
/// <param name="Gate">The gate.</param>
internal readonly record struct SourceGate(int Source, SinkGate Gate)
{
    /// <summary>The index that stands for no source: the backbone alone.</summary>
    public const int NoSource = -1;

    /// <summary>Gets the gate that opens no sinks.</summary>
    public static SourceGate Backbone { get; } = new(NoSource, SinkGate.Backbone);
}
