using Nulls.MLNet.Hosting;
using Nulls.Training;

namespace ForgetDesk.Model;

/// <summary>Follows the start: the model is trained or loaded while the server answers already.</summary>
public sealed partial class Opening(INullsScorer scorer, IUnlearningService unlearning, FirstTraining training, Library library, ILogger<Opening> log) : BackgroundService
{
    private volatile bool _isReady;
    private volatile string? _failure;

    /// <summary>Gets whether the desk serves.</summary>
    public bool IsReady => _isReady;

    /// <summary>Gets why it never will, in a sentence; null when nothing is wrong.</summary>
    public string? Failure => _failure;

    /// <summary>Gets where the training stands; null when none goes on.</summary>
    public TrainingProgress? Progress => training.Progress;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await scorer.WaitUntilReadyAsync(stoppingToken);
            // The model holds nothing of them, and so must nothing else here.
            library.Remove(key => unlearning.GetStatus(key) == SourceStatus.Erased);
            _isReady = true;
            LogReady();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (InvalidOperationException exception)
        {
            // The pages say so, and the health check fails: whoever starts it can mend it and start again.
            _failure = Sentence.Of(exception);
            LogFailure(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The desk is ready.")]
    private partial void LogReady();

    [LoggerMessage(Level = LogLevel.Error, Message = "The desk cannot be opened.")]
    private partial void LogFailure(Exception exception);
}
