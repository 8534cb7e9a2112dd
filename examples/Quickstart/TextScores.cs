using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.MLNet;

namespace Nulls.Examples;

/// <summary>What a model makes of texts: the loss a token, and how much it recites.</summary>
internal sealed class TextScores
{
    private readonly List<IReadOnlyList<bool>> _isTop = [];
    private double _loss;
    private int _tokenCount;

    public double Loss => _loss / _tokenCount;

    public double RecitedShare => VerbatimSpans.Share(_isTop);

    public string[] Cells => [Loss.ToString("F3"), RecitedShare.ToString("F3")];

    // Which token is the likeliest is no column of the scored data, so the question goes to the model behind it.
    public void Add(NullsTransformer model, string text, string? source)
    {
        var result = model.Bundle.Score([new ScoringRequest(text, source)], ScoringOutputs.LogProbabilities)[0];
        _loss -= result.TokenLogProbabilities.Sum(logProbability => (double)logProbability);
        _tokenCount += result.TokenLogProbabilities.Count;
        _isTop.Add(result.TokenIsTop);
    }

    public void Write(Report report, string name)
    {
        report[$"{name}.loss"] = Loss;
        report[$"{name}.recitedSpans"] = RecitedShare;
    }
}
