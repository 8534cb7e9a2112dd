namespace Nulls.Evaluation.Suite;

/// <summary>One number of a proof: which system, what was measured on which facts, after training with which seed.</summary>
/// <param name="System">The system, one word: <c>nulls.backbone</c>. <see cref="ProofReport.Systems"/> tells what each is.</param>
/// <param name="Metric">What was measured, one word as in OpenUnlearning: <c>accuracy</c>.</param>
/// <param name="FactType">On which facts or texts: <c>unique.forgotten</c>, <c>shared.2-3</c>; empty for a number of no such.</param>
/// <param name="Seed">The seed of the model's training.</param>
/// <param name="Value">The number; NaN when it could not be measured.</param>
/// <param name="Count">How many things it was measured on; 0 for a number that is no mean.</param>
/// <param name="Interval">The 95 % confidence interval over the things; null when not known.</param>
public sealed record ProofMeasurement(string System, string Metric, string FactType, int Seed, double Value, int Count, ConfidenceInterval? Interval)
{
    /// <summary>Gets the training step of an attack that the number was taken at; null, the default, for numbers that are no curve's.</summary>
    public int? Step { get; init; }
}
