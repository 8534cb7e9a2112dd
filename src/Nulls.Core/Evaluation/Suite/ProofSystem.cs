namespace Nulls.Evaluation.Suite;

/// <summary>A system that a proof compares.</summary>
/// <param name="Name">One word: <c>nulls.backbone</c>.</param>
/// <param name="Description">What it is, as a sentence.</param>
/// <param name="Settings">What it was trained or tuned with, one line; empty where it shares another system's weights.</param>
public sealed record ProofSystem(string Name, string Description, string Settings = "");
