namespace Nulls.Training;

/// <summary>Where a training stands.</summary>
/// <param name="Phase">What is being trained: the backbone alone, or the backbone and the sinks.</param>
/// <param name="Step">The optimiser's steps done, over all phases.</param>
/// <param name="StepCount">The steps to do, over all phases.</param>
/// <param name="Loss">The mean loss a token since the last report, in nats.</param>
/// <param name="LearningRate">The learning rate of the last step, before the scales of backbone and sinks.</param>
/// <param name="TokensPerSecond">The speed since the last report.</param>
/// <param name="Elapsed">The time since the training began.</param>
/// <param name="Remaining">The time that the remaining steps will take at the mean speed so far.</param>
public sealed record TrainingProgress(
    TrainingPhase Phase,
    int Step,
    int StepCount,
    double Loss,
    double LearningRate,
    double TokensPerSecond,
    TimeSpan Elapsed,
    TimeSpan Remaining);
