using System.Diagnostics;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>Gathers what steps did and reports it now and then, reading the loss back from the device only then.</summary>
/// <param name="progress">Who is told.</param>
/// <param name="stepCount">The steps of the whole training.</param>
/// <param name="stepsPerReport">The steps between two reports.</param>
/// <param name="firstStep">The steps that earlier runs did.</param>
internal sealed class ProgressReporter(IProgress<TrainingProgress>? progress, int stepCount, int stepsPerReport, int firstStep) : IDisposable
{
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly List<Tensor> _losses = [];
    private TimeSpan _lastReport;
    private long _tokenCount;

    /// <summary>Gets whether the loss of every step since the last report is a number.</summary>
    public bool IsFinite => _losses.All(loss => float.IsFinite(loss.item<float>()));

    public static InvalidOperationException Diverged(double loss, int step) =>
        new($"The training diverged: the loss is {loss} after step {step}. Lower the learning rate or raise WarmUpSteps.");

    /// <summary>Adds a step.</summary>
    public void Add(Tensor loss, long tokenCount)
    {
        _tokenCount += tokenCount;
        _losses.Add(loss.DetachFromDisposeScope());
    }

    /// <summary>Reports when it is time to, and something has been done since the last report.</summary>
    /// <exception cref="InvalidOperationException">The loss is no longer a number.</exception>
    public void ReportIfDue(TrainingState state, double learningRate, bool isLast)
    {
        if (_losses.Count == 0 || (state.Step % stepsPerReport != 0 && !isLast))
            return;

        RequireFinite(state.Step);
        var elapsed = _elapsed.Elapsed;
        var speed = _tokenCount / Math.Max((elapsed - _lastReport).TotalSeconds, 1e-9);
        var remaining = isLast ? TimeSpan.Zero : elapsed / (state.Step - firstStep) * (stepCount - state.Step);
        progress?.Report(new TrainingProgress(state.Phase, state.Step, stepCount, TakeMeanLoss(), learningRate, speed, elapsed, remaining)
        {
            ValidationLoss = state.Validation.Loss,
            BestValidationLoss = state.Validation.BestLoss,
        });
        (_lastReport, _tokenCount) = (elapsed, 0);
    }

    /// <exception cref="InvalidOperationException">The loss is no longer a number.</exception>
    public void RequireFinite(int step)
    {
        if (!IsFinite)
            throw Diverged(_losses.Average(loss => loss.item<float>()), step);
    }

    public void Dispose()
    {
        foreach (var loss in _losses)
            loss.Dispose();
    }

    private double TakeMeanLoss()
    {
        var mean = _losses.Average(loss => loss.item<float>());
        Dispose();
        _losses.Clear();
        return mean;
    }
}
