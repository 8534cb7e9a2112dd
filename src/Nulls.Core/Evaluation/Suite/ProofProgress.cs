namespace Nulls.Evaluation.Suite;

/// <summary>Where a proof stands.</summary>
/// <param name="Doing">What is being done, as a phrase: <c>nulls, seed 1: training</c>; with several workers a list.</param>
/// <param name="Share">The share of the work that is done, from 0 to 1, by an estimate of what each part costs.</param>
/// <param name="Elapsed">The time since this run began.</param>
/// <param name="Remaining">The time that is left at the speed of this run; null until something was computed.</param>
public sealed record ProofProgress(string Doing, double Share, TimeSpan Elapsed, TimeSpan? Remaining);
