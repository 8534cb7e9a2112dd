namespace Nulls.MLNet.Tests.Support;

/// <summary>The one output that most tests compare.</summary>
internal sealed class ScoreOnly
{
    public float Score { get; set; }
}
