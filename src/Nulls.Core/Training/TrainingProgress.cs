namespace Nulls.Training;

/// <summary>Where a training stands.</summary>
/// <param name="Phase">What is being trained: the backbone alone, or the backbone and the sinks.</param>
/// <param name="Step">The optimiser's steps done, over all phases.</param>
/// <param name="StepCount">The steps to do, over all phases.</param>
/// <param name="Loss">The mean loss a token since the last report, in nats.</param>
/// <param name="LearningRate">The learning rate of the last step, before the scales of backbone and sinks.</param>
/// <param name="TokensPerSecond">The speed since the last report.</param>
/// <param name="Elapsed">The time since the training began, or was continued in this process.</param>
/// <param name="Remaining">The time that the remaining steps will take at the mean speed of <paramref name="Elapsed"/>; 0 once the training has ended, early or not.</param>
public sealed record TrainingProgress(
    TrainingPhase Phase,
    int Step,
    int StepCount,
    double Loss,
    double LearningRate,
    double TokensPerSecond,
    TimeSpan Elapsed,
    TimeSpan Remaining)
{
    /// <summary>Gets the mean loss a token of the last validation, in nats; null before the first and without validation texts.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Gets the least <see cref="ValidationLoss"/> so far, whose weights the training returns; null before the first validation that counts.</summary>
    public double? BestValidationLoss { get; init; }
}
