using System.Diagnostics;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>Gathers what steps did and reports it now and then, reading the loss back from the device only then.</summary>
internal sealed class ProgressReporter(IProgress<TrainingProgress>? progress, int stepCount, int stepsPerReport) : IDisposable
{
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly List<Tensor> _losses = [];
    private TimeSpan _lastReport;
    private long _tokenCount;
    private int _step;

    /// <exception cref="InvalidOperationException">The loss is no longer a number.</exception>
    public void Add(TrainingPhase phase, Tensor loss, long tokenCount, double learningRate)
    {
        _step++;
        _tokenCount += tokenCount;
        _losses.Add(loss.DetachFromDisposeScope());
        if (_step % stepsPerReport != 0 && _step != stepCount)
            return;

        var meanLoss = TakeMeanLoss();
        if (!double.IsFinite(meanLoss))
            throw new InvalidOperationException($"The training diverged: the loss is {meanLoss} after step {_step} of {stepCount}. Lower the learning rate ({learningRate:g3} here) or raise WarmUpSteps.");

        var elapsed = _elapsed.Elapsed;
        var speed = _tokenCount / Math.Max((elapsed - _lastReport).TotalSeconds, 1e-9);
        progress?.Report(new TrainingProgress(phase, _step, stepCount, meanLoss, learningRate, speed, elapsed, elapsed / _step * (stepCount - _step)));
        (_lastReport, _tokenCount) = (elapsed, 0);
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
