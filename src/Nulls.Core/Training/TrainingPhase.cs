namespace Nulls.Training;

/// <summary>What a step trains.</summary>
public enum TrainingPhase
{
    /// <summary>The backbone on the general stream, with every sink off.</summary>
    Backbone,

    /// <summary>Sources with their sinks on, and the general stream with every sink off.</summary>
    Sinks,
}
