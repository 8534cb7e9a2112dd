using Nulls.Sources;

namespace Nulls.Inference;

/// <summary>What was computed for a text; a member that was not asked for has its default.</summary>
public sealed record ScoringResult
{
    /// <summary>Gets the mean log-probability a token, in nats; NaN for a text without tokens.</summary>
    public float Score { get; init; } = float.NaN;

    /// <summary>Gets the log-probability of each token given those before it, in nats; the first is given only the start of a text.</summary>
    public IReadOnlyList<float> TokenLogProbabilities { get; init; } = [];

    /// <summary>Gets for each token whether it is the likeliest given those before it; computed with the log-probabilities.</summary>
    public IReadOnlyList<bool> TokenIsTop { get; init; } = [];

    /// <summary>Gets the number of tokens of the text.</summary>
    public int TokenCount { get; init; }

    /// <summary>Gets which sinks ran.</summary>
    public SinkState SinkState { get; init; } = SinkState.Backbone;

    /// <summary>Gets the sources whose sinks ran; never an unlearned one.</summary>
    public IReadOnlyList<SourceId> SinkSources { get; init; } = [];

    /// <summary>Gets the mean of the last hidden state over the tokens; as long as the model is wide.</summary>
    public IReadOnlyList<float> Features { get; init; } = [];

    /// <summary>Gets the continuation of the text; empty when there is none.</summary>
    public string Completion { get; init; } = "";
}
