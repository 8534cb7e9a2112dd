namespace Nulls.Inference;

/// <summary>Which sinks ran for a text.</summary>
public enum SinkState
{
    /// <summary>The text's own source.</summary>
    Own,

    /// <summary>No sinks.</summary>
    Backbone,

    /// <summary>The nearest surviving sources and the backbone, weighted by likelihood; or the nearest one and the backbone.</summary>
    Routed,

    /// <summary>Another source, chosen without regard to meaning.</summary>
    Placebo,
}
