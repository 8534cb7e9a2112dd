namespace Nulls.Inference;

/// <summary>Which sinks run for a text that has none of its own: its source is not given, was never trained or is unlearned.</summary>
/// <remarks>
/// The nearest sources are found by uni- and bigram TF-IDF in the model's own index, or by a router of the user's
/// (<see cref="ISourceRouter"/>). They and the backbone read a text in one batch. An unlearned source is never among them.
/// </remarks>
public enum SinkRouting
{
    /// <summary>No sinks: the backbone alone. Right for running text.</summary>
    Backbone,

    /// <summary>
    /// The three nearest surviving sources and the backbone. Their predictions are averaged with weights from the likelihood that
    /// each gave to the tokens so far. Right for questions.
    /// </summary>
    NearestSources,

    /// <summary>The sinks of one surviving source, chosen by a hash of the text: the control of an experiment, not a way to serve.</summary>
    Placebo,

    /// <summary>The one nearest surviving source and the backbone, weighted as for <see cref="NearestSources"/>: half the cost.</summary>
    NearestSource,

    /// <summary>
    /// The three nearest surviving sources and the backbone, for running text that only now and then says what a source says. The
    /// backbone begins with a weight of 0.7 and each source with 0.1; every token multiplies a weight by the likelihood that it
    /// had, and 30 % of the sum is then dealt out as at the beginning.
    /// </summary>
    RunningText,
}
