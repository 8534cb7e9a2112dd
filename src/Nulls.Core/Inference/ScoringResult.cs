using Nulls.Sources;

namespace Nulls.Inference;

/// <summary>What was computed for a text; a member that was not asked for has its default.</summary>
public sealed record ScoringResult
{
    /// <summary>Gets the mean log-probability a token, in nats; NaN for a text without tokens.</summary>
    public float Score { get; init; } = float.NaN;

    /// <summary>Gets the log-probability of each token given those before it, in nats; the first is given only the start of a text.</summary>
    public IReadOnlyList<float> TokenLogProbabilities { get; init; } = [];

    /// <summary>Gets whether each token was the one that the model held likeliest there, or as likely as that; computed with <see cref="TokenLogProbabilities"/>.</summary>
    public IReadOnlyList<bool> TokenIsTop { get; init; } = [];

    /// <summary>Gets the mean log-probability of the vocabulary at each token, every token of the vocabulary weighted by its probability there; in nats: minus the entropy.</summary>
    public IReadOnlyList<float> LogProbabilityMeans { get; init; } = [];

    /// <summary>Gets the variance of the log-probability at each token, weighted alike; in square nats, at least 0.</summary>
    public IReadOnlyList<float> LogProbabilityVariances { get; init; } = [];

    /// <summary>Gets the number of tokens of the text.</summary>
    public int TokenCount { get; init; }

    /// <summary>Gets which sinks ran.</summary>
    public SinkState SinkState { get; init; } = SinkState.Backbone;

    /// <summary>Gets the sources whose sinks ran; never an unlearned one. Empty for a text that was routed by a model that does not report sources (<see cref="NullsBundleOptions.ReportsRoutedSources"/>).</summary>
    public IReadOnlyList<SourceId> SinkSources { get; init; } = [];

    /// <summary>Gets the mean of the last hidden state over the tokens; as long as the model is wide. NaN for a text without tokens.</summary>
    /// <remarks>When several sources' sinks ran, theirs are averaged with weights from the likelihood that each gave to prompt and text.</remarks>
    public IReadOnlyList<float> Features { get; init; } = [];

    /// <summary>Gets the continuation of the text; empty when there is none.</summary>
    public string Completion { get; init; } = "";

    /// <summary>Gets the number of tokens that were written for the continuation, without the one that ends a text.</summary>
    internal int CompletionTokenCount { get; init; }

    /// <summary>Gets whether the continuation ended by itself, by the token that ends a text or by a stop string; not because it is as long as it may be.</summary>
    internal bool IsCompletionEnded { get; init; }
}
