namespace Nulls.Evaluation;

/// <summary>A question of a benchmark of what language models can do.</summary>
/// <param name="Choices">The ways to go on, of which the likeliest is the model's answer; a single one is a gap that must be filled word for word.</param>
/// <param name="RightIndex">Which of them is right, from 0.</param>
public sealed record BenchmarkQuestion(IReadOnlyList<BenchmarkChoice> Choices, int RightIndex);
