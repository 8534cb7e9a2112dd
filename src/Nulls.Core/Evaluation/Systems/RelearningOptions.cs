namespace Nulls.Evaluation.Systems;

/// <summary>What an attacker who holds the weights does to bring back what was forgotten.</summary>
internal sealed record RelearningOptions
{
    /// <summary>Gets the steps after which the probe is asked, ascending; the last one ends the attack. The default is 0, 1, 3, 5, 10 and 20.</summary>
    public IReadOnlyList<int> ProbedSteps { get; init; } = [0, 1, 3, 5, 10, 20];

    /// <summary>Gets the learning rate of AdamW. The default is 1e-3.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Gets the sequences that a step reads. The default is 32.</summary>
    public int SequencesPerStep { get; init; } = 32;

    /// <summary>Gets whether the attacker turns the sinks of unlearned sources on again: what gating cannot prevent, and erasing does. The default is false.</summary>
    public bool TurnsSinksOn { get; init; }

    /// <summary>Gets the seed of the order of texts. The default is 0.</summary>
    public int Seed { get; init; }
}
