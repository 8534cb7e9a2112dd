using Nulls.Sinks;

namespace Nulls.Model;

/// <summary>What multiplies the MLP hidden of one document: which sinks are on, and how strongly backbone and sinks count.</summary>
/// <param name="Sinks">The sinks that run, as indices into the pool; the same in every layer.</param>
/// <param name="SinkScale">The factor of every sink in <paramref name="Sinks"/>; the default is 1.</param>
/// <param name="BackboneScale">The factor of every backbone neuron; the default is 1.</param>
/// <remarks>Training knows only scales of 1; the others exist for the evaluation modes of the released model.</remarks>
internal sealed record SinkGate(SinkSet Sinks, float SinkScale = 1, float BackboneScale = 1)
{
    /// <summary>Gets the gate of a text without a source: every sink off.</summary>
    public static SinkGate Backbone { get; } = new(SinkSet.Empty);
}
