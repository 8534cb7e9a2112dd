namespace Nulls.Soak;

/// <summary>What a prediction is made of.</summary>
internal sealed class PredictionRow
{
    public string Text { get; set; } = "";

    public string Source { get; set; } = "";
}
