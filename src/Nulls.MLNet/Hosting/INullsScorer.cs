using Nulls.Inference;

namespace Nulls.MLNet.Hosting;

/// <summary>A served model to score and continue texts with: what an application injects. Thread-safe.</summary>
/// <remarks>
/// <para>Requests that wait are computed together. Scores and completions have a queue each, so that no score waits for a completion.
/// A request whose queue is full fails at once; one that is cancelled leaves it. Before the model is loaded requests wait.
/// Where a router of yours is to be asked (<see cref="ISourceRouter"/>), it is asked before a request waits for the model, and neither a thread nor another request waits for it.</para>
/// <para>Once <see cref="IUnlearningService.UnlearnAsync"/> has returned, no answer is handed out whose computing ran a sink of the
/// source: such answers are computed again.</para>
/// </remarks>
public interface INullsScorer
{
    /// <summary>Gets which model serves now, and in which state.</summary>
    NullsModelInfo Model { get; }

    /// <summary>Waits until the model serves. Requests need not wait: they do it themselves.</summary>
    /// <param name="cancellationToken">Ends the wait, not the loading.</param>
    /// <exception cref="InvalidOperationException">The model could not be loaded; the inner exception is why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task WaitUntilReadyAsync(CancellationToken cancellationToken = default);

    /// <summary>Scores a text.</summary>
    /// <param name="request">The text, and its source if known.</param>
    /// <param name="outputs">What to compute. The default is the log-probabilities, the number of tokens and which sinks ran.</param>
    /// <param name="cancellationToken">Takes the request out of the queue.</param>
    /// <exception cref="ArgumentException">The source's key is no valid Unicode text.</exception>
    /// <exception cref="InvalidOperationException">The queue is full, or the model could not be loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the application stopped before the answer.</exception>
    Task<ScoringResult> ScoreAsync(
        ScoringRequest request, ScoringOutputs outputs = ScoringOutputs.LogProbabilities | ScoringOutputs.TokenCount | ScoringOutputs.SinkState,
        CancellationToken cancellationToken = default);

    /// <summary>Continues a text. Completions with equal options are computed together.</summary>
    /// <param name="request">The text, and its source if known.</param>
    /// <param name="generation">How the text is continued. The default is <see cref="NullsServiceOptions.Generation"/>.</param>
    /// <param name="cancellationToken">Takes the request out of the queue, and ends the computing once all that are computed with it are cancelled.</param>
    /// <returns>The completion, and which sinks ran.</returns>
    /// <exception cref="ArgumentException">An option is outside its range, or the source's key is no valid Unicode text.</exception>
    /// <exception cref="InvalidOperationException">The queue is full, or the model could not be loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the application stopped before the answer.</exception>
    Task<ScoringResult> CompleteAsync(ScoringRequest request, GenerationOptions? generation = null, CancellationToken cancellationToken = default);

    /// <summary>Continues a text and hands out each piece as soon as it is certain.</summary>
    /// <remarks>Where the source is unlearned meanwhile, the rest is computed from the text so far without its sinks. No piece that they computed is handed out after that.</remarks>
    /// <param name="request">The text, and its source if known.</param>
    /// <param name="generation">How the text is continued. The default is <see cref="NullsServiceOptions.Generation"/>.</param>
    /// <param name="cancellationToken">Ends the enumeration between two tokens.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; thrown by the enumeration.</exception>
    IAsyncEnumerable<string> StreamAsync(ScoringRequest request, GenerationOptions? generation = null, CancellationToken cancellationToken = default);

    /// <summary>Computes the mean of the last hidden state over a text's tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">The key of its source; null, the default, when not known.</param>
    /// <param name="cancellationToken">Takes the request out of the queue.</param>
    /// <returns>As many numbers as the model is wide; NaN for a text without tokens.</returns>
    /// <exception cref="InvalidOperationException">The queue is full, or the model could not be loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the application stopped before the answer.</exception>
    Task<IReadOnlyList<float>> GetFeaturesAsync(string text, string? source = null, CancellationToken cancellationToken = default);
}
