using Nulls.Inference;

namespace Nulls.MLNet.Hosting;

/// <summary>Puts requests into the queues of a served model.</summary>
internal sealed class NullsScorer(ModelHost host, TimeProvider time) : INullsScorer
{
    public NullsModelInfo Model => host.Info;

    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) => host.RequireReadyAsync(cancellationToken);

    // Hands out the task that the delivery ends: a task around it would end later, when a deletion may have come in between.
    public Task<ScoringResult> ScoreAsync(
        ScoringRequest request, ScoringOutputs outputs = ScoringOutputs.LogProbabilities | ScoringOutputs.TokenCount | ScoringOutputs.SinkState,
        CancellationToken cancellationToken = default) =>
        Ask(outputs.HasFlag(ScoringOutputs.Completion) ? host.Completions : host.Scores, request, outputs, outputs.HasFlag(ScoringOutputs.Completion) ? host.Options.Generation : null, cancellationToken);

    public Task<ScoringResult> CompleteAsync(ScoringRequest request, GenerationOptions? generation = null, CancellationToken cancellationToken = default)
    {
        generation?.Validate();
        return Ask(host.Completions, request, ScoringOutputs.Completion | ScoringOutputs.SinkState, generation ?? host.Options.Generation, cancellationToken);
    }

    public IAsyncEnumerable<string> StreamAsync(ScoringRequest request, GenerationOptions? generation = null, CancellationToken cancellationToken = default)
    {
        generation?.Validate();
        return new CompletionStream(host, request, generation ?? host.Options.Generation, time, cancellationToken);
    }

    public async Task<IReadOnlyList<float>> GetFeaturesAsync(string text, string? source = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return (await ScoreAsync(new ScoringRequest(text, source), ScoringOutputs.Features, cancellationToken).ConfigureAwait(false)).Features;
    }

    private Task<ScoringResult> Ask(RequestQueue queue, ScoringRequest request, ScoringOutputs outputs, GenerationOptions? generation, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<ScoringResult>(cancellationToken);

        var queued = new QueuedRequest(queue, request, outputs, generation, time.GetTimestamp());
        queued.EndWith(cancellationToken);
        host.Add(queued);
        return queued.Answer;
    }
}
