using Microsoft.Extensions.Options;
using Nulls.Training;

namespace ForgetDesk.Model;

/// <summary>Trains or loads the model beside the web server, and follows the ledger afterwards.</summary>
public sealed partial class DeskHost(IOptions<DeskOptions> options, TimeProvider time, ILoggerFactory logs) : BackgroundService
{
    private static readonly TimeSpan LedgerInterval = TimeSpan.FromMilliseconds(250);
    private readonly ILogger _log = logs.CreateLogger<DeskHost>();
    private volatile TrainingProgress? _progress;
    private volatile string? _failure;
    private volatile Desk? _desk;

    /// <summary>Gets the desk, or null while it is not ready.</summary>
    public Desk? Desk => _desk;

    /// <summary>Gets where the training stands, or null when none goes on.</summary>
    public TrainingProgress? Progress => _progress;

    /// <summary>Gets why there will be no desk, in a sentence; null when nothing is wrong.</summary>
    public string? Failure => _failure;

    public override void Dispose()
    {
        base.Dispose();
        // The container disposes it twice: as itself, and as what is hosted.
        Interlocked.Exchange(ref _desk, null)?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // The training takes a thread for minutes, and the server starts meanwhile.
            _desk = await Task.Run(() => DeskOpening.Open(options.Value, time, logs, new LastProgress(this), stoppingToken), stoppingToken);
            LogReady();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or ArgumentException)
        {
            // The pages say so, and the health check fails: whoever starts it can mend it and start again.
            _failure = Sentence.Of(exception);
            LogFailure(exception);
            return;
        }

        using var timer = new PeriodicTimer(LedgerInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                _desk?.CatchUp();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The desk is ready.")]
    private partial void LogReady();

    [LoggerMessage(Level = LogLevel.Error, Message = "The desk cannot be opened.")]
    private partial void LogFailure(Exception exception);

    // Progress<T> would hop threads, and a later report could be overtaken.
    private sealed class LastProgress(DeskHost host) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => host._progress = value;
    }
}
