namespace Nulls.Evaluation;

/// <summary>One way to go on in a benchmark's question.</summary>
/// <param name="Context">What is read.</param>
/// <param name="Continuation">What is scored after it, beginning with a space.</param>
public readonly record struct BenchmarkChoice(string Context, string Continuation);
