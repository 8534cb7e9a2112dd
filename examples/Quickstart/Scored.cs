namespace Nulls.Examples;

/// <summary>What the model says of a row's text.</summary>
internal sealed class Scored
{
    /// <summary>Gets or sets the mean log-probability a token, in nats.</summary>
    public float Score { get; set; }

    /// <summary>Gets or sets each token's log-probability, in nats.</summary>
    public float[] TokenLogProbabilities { get; set; } = [];
}
