using System.Text;
using Nulls.Inference;

namespace Nulls.MLNet.Hosting;

/// <summary>A completion that is handed out piece by piece, each delivered as an answer is.</summary>
internal sealed class CompletionStream(ModelHost host, ScoringRequest request, GenerationOptions generation, TimeProvider time, CancellationToken token) : IAsyncEnumerable<string>
{
    public Enumerator GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new(host, request, generation, time, CancellationTokenSource.CreateLinkedTokenSource(token, cancellationToken));

    IAsyncEnumerator<string> IAsyncEnumerable<string>.GetAsyncEnumerator(CancellationToken cancellationToken) => GetAsyncEnumerator(cancellationToken);

    /// <summary>The pieces, each ended by its delivery.</summary>
    internal sealed class Enumerator(ModelHost host, ScoringRequest request, GenerationOptions generation, TimeProvider time, CancellationTokenSource cancellation) : IAsyncEnumerator<string>
    {
        private readonly long _arrival = time.GetTimestamp();
        private readonly StringBuilder _text = new();
        private ModelLease? _lease;
        private IReadOnlyList<RoutedSource>? _routed;
        private StreamedCompletion? _completion;
        private IEnumerator<string>? _pieces;
        private int _earlierTokens;
        private bool _isAtEnd;
        private string _outcome = "cancelled";

        public string Current { get; private set; } = "";

        /// <summary>Gets the number of tokens that were written for what is delivered.</summary>
        public int TokenCount { get; private set; }

        /// <summary>Gets whether the text ended by itself; known once the last piece is delivered.</summary>
        public bool IsEnded { get; private set; }

        public ValueTask<bool> MoveNextAsync()
        {
            // Ended by the delivery itself, for the reason that NullsScorer gives.
            var next = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = MoveAsync(next);
            return new ValueTask<bool>(next.Task);
        }

        public ValueTask DisposeAsync()
        {
            EndPieces();
            cancellation.Dispose();
            host.Metrics.Ended("stream", _outcome, time.GetElapsedTime(_arrival));
            return ValueTask.CompletedTask;
        }

        private async Task MoveAsync(TaskCompletionSource<bool> next)
        {
            var token = cancellation.Token;
            try
            {
                await host.RequireReadyAsync(token).ConfigureAwait(false);
                for (var isDelivered = false; !isDelivered;)
                {
                    if (_lease is null)
                        await AskRouterAsync(token).ConfigureAwait(false);
                    await host.StreamTurns.WaitAsync(token).ConfigureAwait(false);
                    try
                    {
                        isDelivered = await Task.Run(() => TryMove(next, token), CancellationToken.None).ConfigureAwait(false);
                    }
                    finally
                    {
                        host.StreamTurns.Release();
                    }
                }
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                next.TrySetCanceled(token);
            }
#pragma warning disable CA1031 // It is thrown where the piece is awaited.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _outcome = "failed";
                next.TrySetException(failure);
            }
        }

        // Where a source was unlearned meanwhile nothing is delivered, and the next attempt does without it.
        private bool TryMove(TaskCompletionSource<bool> next, CancellationToken token)
        {
            token.ThrowIfCancellationRequested();
            if (_lease is null)
                BeginPieces(token);
            var isThere = !_isAtEnd && _pieces!.MoveNext(); // There are some where it is not at the end.
            if (host.TryDeliver(_lease!, _completion?.SinkSources ?? [], () => Deliver(next, isThere))) // Opened with the pieces, and kept to the end.
                return true;

            host.Metrics.Recomputes(1);
            EndPieces();
            return false;
        }

        // Before it is this stream's turn to compute.
        private async Task AskRouterAsync(CancellationToken token)
        {
            using var lease = host.Acquire();
            _routed = lease.Bundle.AsksRouter(Rest, answer: null)
                ? (await lease.Bundle.AskRouterAsync([Rest.RoutedText], token).WaitAsync(token).ConfigureAwait(false))[0]
                : null;
        }

        private void Deliver(TaskCompletionSource<bool> next, bool isThere)
        {
            if (isThere)
                _text.Append(Current = _pieces!.Current); // What is there came from them.
            else
                (_isAtEnd, _outcome, IsEnded) = (true, "answered", _completion?.IsEnded == true);
            TokenCount = _earlierTokens + (_completion?.TokenCount ?? 0);
            next.TrySetResult(isThere);
        }

        // Goes on from the text so far, with the sinks that may run by now.
        private void BeginPieces(CancellationToken token)
        {
            _lease = host.Acquire();
            _earlierTokens = TokenCount;
            var left = generation.MaxTokens - _earlierTokens;
            if (left < 1)
            {
                _isAtEnd = true;
                return;
            }

            // Routed once: a user's router may answer otherwise the next time, and what is checked is what runs.
            var rest = Rest;
            using var answered = _routed is null ? _lease.Bundle.Share() : _lease.Bundle.WithRouterAnswers(new Dictionary<string, IReadOnlyList<RoutedSource>> { [rest.RoutedText] = _routed });
            _completion = answered.BeginCompletion(rest, generation with { MaxTokens = left }, token);
            _pieces = _completion.Pieces.GetEnumerator();
        }

        private ScoringRequest Rest => request with { Text = request.Text + _text };

        private void EndPieces()
        {
            _pieces?.Dispose();
            _lease?.Dispose();
            (_pieces, _completion, _lease) = (null, null, null);
        }
    }
}
