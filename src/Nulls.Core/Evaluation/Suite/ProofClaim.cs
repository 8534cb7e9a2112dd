namespace Nulls.Evaluation.Suite;

/// <summary>A sentence that the proof holds the model to, and whether the numbers bear it out.</summary>
/// <param name="Name">The claim, one word: <c>unique.matchesRetrained</c>.</param>
/// <param name="Statement">The claim as a sentence that a lawyer understands.</param>
/// <param name="Value">What was measured, over all seeds.</param>
/// <param name="Reach">What it had to reach.</param>
/// <param name="IsAtLeast">Whether the value must be at least the reach; otherwise it must be at most the reach.</param>
/// <param name="Count">How many things it was measured on, over all seeds.</param>
/// <param name="Interval">The 95 % confidence interval; null when not known.</param>
public sealed record ProofClaim(string Name, string Statement, double Value, double Reach, bool IsAtLeast, int Count, ConfidenceInterval? Interval)
{
    /// <summary>Gets whether the claim held; NaN never holds.</summary>
    public bool Held => IsAtLeast ? Value >= Reach : Value <= Reach;

    /// <summary>Gets what else a reader must know of it, such as why it was missed; empty by default.</summary>
    public string Note { get; init; } = "";
}
