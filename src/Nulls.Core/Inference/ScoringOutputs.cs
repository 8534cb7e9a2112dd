namespace Nulls.Inference;

/// <summary>What to compute for a text. Each costs only when asked for.</summary>
[Flags]
public enum ScoringOutputs
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The mean log-probability a token, that of every token, and whether each was the likeliest.</summary>
    LogProbabilities = 1,

    /// <summary>The number of tokens.</summary>
    TokenCount = 2,

    /// <summary>Which sinks run, and of which sources.</summary>
    SinkState = 4,

    /// <summary>The mean of the last hidden state over the tokens.</summary>
    Features = 8,

    /// <summary>A continuation of the text.</summary>
    Completion = 16,

    /// <summary>The mean and variance of the log-probability over the vocabulary at every token, which Min-K %++ needs; costs a second pass of the model's head.</summary>
    LogProbabilityMoments = 32,
}
