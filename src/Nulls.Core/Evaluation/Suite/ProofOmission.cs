namespace Nulls.Evaluation.Suite;

/// <summary>What a proof did not run, and why: a reader must not take silence for success.</summary>
/// <param name="Name">What: a system, a metric, an attack or a claim, one word.</param>
/// <param name="Reason">Why, as a sentence.</param>
public sealed record ProofOmission(string Name, string Reason);
