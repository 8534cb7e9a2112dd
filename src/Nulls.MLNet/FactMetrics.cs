using Nulls.Evaluation;

namespace Nulls.MLNet;

/// <summary>How well a model knows some facts. Every number comes with n and its 95 % interval; without facts it is NaN.</summary>
/// <remarks>Immutable. The intervals tell what other questions could give, not what another training could.</remarks>
public sealed record FactMetrics
{
    /// <summary>Gets the share of facts whose right answer is likelier than every wrong one, by mean log-probability a token; without wrong ones, the share that greedy decoding writes. From 0 to 1.</summary>
    public required MetricResult Accuracy { get; init; }

    /// <summary>Gets how probable the model holds the right answers, a token: the mean, from 0 to 1 (arXiv:2401.06121 §2.2).</summary>
    public required MetricResult Probability { get; init; }

    /// <summary>Gets TOFU's truth ratio as the mean of max(0, 1 - R): 1 when the model knows, 0 when wrong answers are as likely to it as the right one (arXiv:2401.06121 §2.2). Facts without wrong answers are left out.</summary>
    public required MetricResult TruthRatio { get; init; }

    /// <summary>Gets the accuracy of guessing, from 0 to 1: what a model that knows nothing gets; NaN without facts.</summary>
    public required double Chance { get; init; }
}
