namespace Nulls.Evaluation;

/// <summary>How the truth ratio averages the probabilities of wrong answers.</summary>
public enum TruthRatioMean
{
    /// <summary>The mean of log-probabilities: what TOFU's released code and OpenUnlearning compute, so what published figures have.</summary>
    Geometric,

    /// <summary>The mean of probabilities: what the paper's formula says (arXiv:2401.06121, equation 1). Never less than the geometric one.</summary>
    Arithmetic,
}
