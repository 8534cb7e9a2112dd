namespace Nulls.MLNet.Tests.Support;

/// <summary>What the tests read of a scored row.</summary>
internal sealed class ScoredRow
{
    public string Text { get; set; } = "";
    public float Score { get; set; }
    public float[] TokenLogProbabilities { get; set; } = [];
    public int TokenCount { get; set; }
    public string SinkState { get; set; } = "";
    public ulong[] SinkSources { get; set; } = [];
    public float[] Features { get; set; } = [];
}
