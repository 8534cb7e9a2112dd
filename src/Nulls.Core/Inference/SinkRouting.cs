namespace Nulls.Inference;

/// <summary>Which sinks run for a text that has none of its own: its source is not given, was never trained or is unlearned.</summary>
public enum SinkRouting
{
    /// <summary>No sinks: the backbone alone. Right for running text.</summary>
    Backbone,

    /// <summary>
    /// The three surviving sources whose texts are nearest by uni- and bigram TF-IDF, and the backbone. Their predictions are
    /// averaged with weights from the likelihood that each gave to the tokens so far. Right for questions.
    /// </summary>
    NearestSources,

    /// <summary>The sinks of one surviving source, chosen by a hash of the text: the control of an experiment, not a way to serve.</summary>
    Placebo,
}
