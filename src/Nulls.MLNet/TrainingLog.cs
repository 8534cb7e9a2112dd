using Microsoft.ML.Runtime;
using Nulls.Training;

namespace Nulls.MLNet;

/// <summary>Writes a line of progress to ML.NET's log at most every two seconds, and passes every report on.</summary>
internal sealed class TrainingLog(IChannel channel, IProgress<TrainingProgress>? next) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private TimeSpan? _lastLine;

    public void Report(TrainingProgress value)
    {
        next?.Report(value);
        if (_lastLine is { } last && value.Elapsed - last < Interval && value.Step < value.StepCount)
            return;

        _lastLine = value.Elapsed;
        channel.Info(MessageSensitivity.None,
            $"{value.Phase}: step {value.Step:N0} of {value.StepCount:N0}, loss {value.Loss:F3} nats a token{Validation(value)}, {value.TokensPerSecond:N0} tokens a second, "
            + $"learning rate {value.LearningRate:G3}, {value.Remaining:h\\:mm\\:ss} left.");
    }

    private static string Validation(TrainingProgress value) =>
        value.ValidationLoss is { } loss ? $" ({loss:F3} on validation{(value.BestValidationLoss is { } best && best < loss ? $", best {best:F3}" : "")})" : "";
}
