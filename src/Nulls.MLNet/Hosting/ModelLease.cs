using Nulls.Inference;

namespace Nulls.MLNet.Hosting;

/// <summary>A handle on a state of the model: what is computed on it is compared with the state when it is delivered.</summary>
/// <param name="bundle">The model in that state; owned.</param>
/// <param name="number">The state's number.</param>
internal sealed class ModelLease(NullsBundle bundle, long number) : IDisposable
{
    public NullsBundle Bundle => bundle;

    public long Number => number;

    /// <summary>Scores, and names all sources whose sinks ran, also where the model keeps them to itself: whether an answer is stale shows by them. <see cref="ModelHost.Shown"/> takes them out again.</summary>
    /// <param name="requests">The texts.</param>
    /// <param name="outputs">What to compute.</param>
    /// <param name="generation">How texts are continued.</param>
    /// <param name="cancellationToken">Stops the computing.</param>
    /// <param name="answers">What the user's router answered before, by text. By default nothing, and it is asked now.</param>
    public IReadOnlyList<ScoringResult> Score(
        IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs, GenerationOptions? generation, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, IReadOnlyList<RoutedSource>>? answers = null)
    {
        using var answered = answers is null ? bundle.Share() : bundle.WithRouterAnswers(answers);
        using var telling = answered.WithRoutedSourcesReported(true);
        return telling.Score(requests, outputs | ScoringOutputs.SinkState, generation, cancellationToken);
    }

    public void Dispose() => bundle.Dispose();
}
