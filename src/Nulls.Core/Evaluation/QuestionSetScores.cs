namespace Nulls.Evaluation;

/// <summary>What a model knows of a set of questions, by TOFU's three measures. Each from 0 to 1; more is better.</summary>
/// <param name="Probability">The mean of <see cref="AnswerProbability.Verbatim"/> over a set whose answers are sentences, or of <see cref="AnswerProbability.AmongChoices"/> over one that has wrong answers to choose from.</param>
/// <param name="RougeLRecall">The mean <see cref="RougeL.Recall"/> of greedy completions against the answers.</param>
/// <param name="TruthRatio">The <see cref="TruthRatio.RetainScore"/>.</param>
public readonly record struct QuestionSetScores(double Probability, double RougeLRecall, double TruthRatio);
