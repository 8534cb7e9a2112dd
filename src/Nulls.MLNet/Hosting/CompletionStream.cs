using System.Text;
using Nulls.Inference;
using Nulls.Sources;

namespace Nulls.MLNet.Hosting;

/// <summary>A completion that is handed out piece by piece, each delivered as an answer is.</summary>
internal sealed class CompletionStream(ModelHost host, ScoringRequest request, GenerationOptions generation, TimeProvider time, CancellationToken token) : IAsyncEnumerable<string>
{
    public IAsyncEnumerator<string> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Enumerator(host, request, generation, time, CancellationTokenSource.CreateLinkedTokenSource(token, cancellationToken));

    private sealed class Enumerator(ModelHost host, ScoringRequest request, GenerationOptions generation, TimeProvider time, CancellationTokenSource cancellation) : IAsyncEnumerator<string>
    {
        private readonly long _arrival = time.GetTimestamp();
        private readonly StringBuilder _text = new();
        private ModelLease? _lease;
        private IEnumerator<string>? _pieces;
        private IReadOnlyList<SourceId> _sources = [];
        private bool _isAtEnd;
        private string _outcome = "cancelled";

        public string Current { get; private set; } = "";

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
                await host.StreamTurns.WaitAsync(token).ConfigureAwait(false);
                try
                {
                    await Task.Run(() => Move(next, token), CancellationToken.None).ConfigureAwait(false);
                }
                finally
                {
                    host.StreamTurns.Release();
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

        private void Move(TaskCompletionSource<bool> next, CancellationToken token)
        {
            while (true)
            {
                token.ThrowIfCancellationRequested();
                if (_lease is null)
                    BeginPieces(token);
                var isThere = !_isAtEnd && _pieces!.MoveNext(); // There are some where it is not at the end.
                if (host.TryDeliver(_lease!, _sources, () => Deliver(next, isThere))) // Opened with the pieces, and kept to the end.
                    return;

                host.Metrics.Recomputes(1);
                EndPieces();
            }
        }

        private void Deliver(TaskCompletionSource<bool> next, bool isThere)
        {
            if (isThere)
                _text.Append(Current = _pieces!.Current); // What is there came from them.
            else
                (_isAtEnd, _outcome) = (true, "answered");
            next.TrySetResult(isThere);
        }

        // Goes on from the text so far, with the sinks that may run by now.
        private void BeginPieces(CancellationToken token)
        {
            _lease = host.Acquire();
            var left = generation.MaxTokens - (_text.Length == 0 ? 0 : _lease.Bundle.Tokenizer.Encode(_text.ToString()).Length);
            if (left < 1)
            {
                (_isAtEnd, _sources) = (true, []);
                return;
            }

            var rest = request with { Text = request.Text + _text };
            _sources = _lease.Bundle.Score([rest], ScoringOutputs.SinkState, cancellationToken: token)[0].SinkSources;
            _pieces = _lease.Bundle.StreamCompletion(rest, generation with { MaxTokens = left }, token).GetEnumerator();
        }

        private void EndPieces()
        {
            _pieces?.Dispose();
            _lease?.Dispose();
            (_pieces, _lease) = (null, null);
        }
    }
}
