namespace Nulls.Soak;

/// <summary>What is read of a prediction.</summary>
internal sealed class PredictedScore
{
    public float Score { get; set; }

    public string SinkState { get; set; } = "";
}
