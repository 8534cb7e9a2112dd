namespace Nulls.Evaluation.Systems;

/// <summary>A point of the relearning curve.</summary>
/// <param name="Step">The steps done.</param>
/// <param name="Probe">What the probe gave: the share of facts known that the attack's texts do not state.</param>
/// <param name="AttackLoss">The mean loss a token, in nats, of the sequences that come next.</param>
internal readonly record struct RelearningPoint(int Step, double Probe, double AttackLoss);
