using Nulls.Inference;

namespace Nulls.MLNet.Hosting;

/// <summary>A request that waits for its answer. It ends once: answered, failed or cancelled.</summary>
internal sealed class QueuedRequest
{
    // Whoever waits goes on elsewhere, never in the midst of a delivery.
    private readonly TaskCompletionSource<ScoringResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _registration;
    private bool _isReleased;

    public QueuedRequest(RequestQueue queue, ScoringRequest request, ScoringOutputs outputs, GenerationOptions? generation, long arrival) =>
        (Queue, Request, Outputs, Generation, Arrival) = (queue, request, outputs, generation, arrival);

    /// <summary>Gets the queue in which it waits for the model.</summary>
    public RequestQueue Queue { get; }

    public ScoringRequest Request { get; }

    public ScoringOutputs Outputs { get; }

    public GenerationOptions? Generation { get; }

    /// <summary>Gets or sets what the user's router answered; null when it was not asked.</summary>
    public IReadOnlyList<RoutedSource>? Routed { get; set; }

    /// <summary>Gets when it came, by the time provider's stamp.</summary>
    public long Arrival { get; }

    public Task<ScoringResult> Answer => _answer.Task;

    public bool IsDone => _answer.Task.IsCompleted;

    /// <summary>Gets or sets what is called once it is cancelled: by the queue that it waits in, or by the worker that has it.</summary>
    public Action? Cancelled
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>Gets its place in the queue; null once it is taken.</summary>
    public LinkedListNode<QueuedRequest>? Place { get; set; }

    /// <summary>Has a token end it.</summary>
    public void EndWith(CancellationToken token) => _registration = token.UnsafeRegister(static (state, token) => ((QueuedRequest)state!).Cancel(token), this); // The state is what was given.

    public void Complete(ScoringResult result) => _answer.TrySetResult(result);

    public void Fail(Exception failure) => _answer.TrySetException(failure);

    public void Cancel(CancellationToken token)
    {
        if (_answer.TrySetCanceled(token))
            Cancelled?.Invoke();
    }

    /// <summary>Ends it because the application stops.</summary>
    public void Stop() => _answer.TrySetException(new OperationCanceledException("The application stopped before the request was answered. Ask again once it runs."));

    /// <summary>Lets go of the token. False where that was done before: two that hold it may both see that it is done.</summary>
    public bool TryRelease()
    {
        if (Interlocked.Exchange(ref _isReleased, true))
            return false;
        _registration.Dispose();
        return true;
    }

    /// <summary>Tells whether two can be computed together.</summary>
    public bool GoesWith(QueuedRequest other) => Outputs == other.Outputs && AreEqual(Generation, other.Generation);

    private static bool AreEqual(GenerationOptions? one, GenerationOptions? other) =>
        ReferenceEquals(one, other)
        || (one is not null && other is not null && one.StopStrings.SequenceEqual(other.StopStrings) && one with { StopStrings = [] } == other with { StopStrings = [] });
}
