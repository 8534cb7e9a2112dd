namespace Nulls.Training;

/// <summary>Where a training stands between two steps: with weights and the optimiser's memory, all that the rest of it depends on.</summary>
internal sealed record TrainingState
{
    /// <summary>Gets what is being trained.</summary>
    public TrainingPhase Phase { get; init; }

    /// <summary>Gets the steps done in that phase.</summary>
    public int PhaseStep { get; init; }

    /// <summary>Gets the steps done over all phases.</summary>
    public int Step { get; init; }

    /// <summary>Gets where the streams of rows stand.</summary>
    public RowsState Rows { get; init; }

    /// <summary>Gets what validations have found.</summary>
    public ValidationState Validation { get; init; } = new();
}

/// <summary>Where the streams of rows stand.</summary>
/// <param name="General">The next row of general text.</param>
/// <param name="Sources">The next row of sources' texts.</param>
/// <param name="GeneralDue">What is left of the general stream's fractional share of a step's rows.</param>
internal readonly record struct RowsState(RowPosition General, RowPosition Sources, double GeneralDue);

/// <summary>What validations have found.</summary>
internal sealed record ValidationState
{
    /// <summary>Gets the step, over all phases, that the last validation followed; 0 before the first.</summary>
    public int Step { get; init; }

    /// <summary>Gets the loss of the last validation, in nats a token; null before the first.</summary>
    public double? Loss { get; init; }

    /// <summary>Gets the step whose weights were best; 0 before the first validation that counts.</summary>
    public int BestStep { get; init; }

    /// <summary>Gets the loss of the best weights; null before the first validation that counts.</summary>
    public double? BestLoss { get; init; }

    /// <summary>Gets how many validations have passed since the best.</summary>
    public int WithoutImprovement { get; init; }
}
