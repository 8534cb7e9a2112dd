using Nulls.Model;
using Nulls.Text;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Training;

/// <summary>Held-out texts, cut the same way every time: a known source's run its sinks, all others the backbone alone.</summary>
internal sealed class ValidationSet
{
    // Logits of more tokens at a time would only take more memory.
    private const int TokensPerChunk = 1024;

    private readonly TokenSequence[][] _batches;

    /// <param name="documents">The texts as tokens; not empty.</param>
    /// <param name="cutter">Cuts them.</param>
    /// <param name="rowLength">The tokens of a row.</param>
    /// <param name="rowsPerBatch">The rows that the network reads at once.</param>
    /// <param name="gateOf">The sinks of a source.</param>
    public ValidationSet(IEnumerable<TokenDocument> documents, DocumentCutter cutter, int rowLength, int rowsPerBatch, Func<int, SinkGate> gateOf)
    {
        // Neither order nor cuts are drawn.
        var nothingToDraw = new Random(0);
        var pieces = documents.SelectMany(document => cutter.Cut(document, nothingToDraw, shuffleSentences: false, jitter: false));
        _batches = [.. RowPacker.Pack(pieces, rowLength).Chunk(rowsPerBatch)
            .Select(rows => rows.SelectMany(row => row.Pieces).Select(piece => new TokenSequence(piece.Inputs, gateOf(piece.SourceIndex), piece.Targets)).ToArray())];
    }

    /// <summary>The mean loss a token, in nats.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public double Loss(NullsModel model, CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        var (sum, count) = (0.0, 0L);
        foreach (var sequences in _batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var batch = new TokenBatch(sequences, model.Device);
            var hidden_ND = model.Hidden(batch);
            for (var start = 0L; start < batch.TokenCount; start += TokensPerChunk)
            {
                var length = Math.Min(TokensPerChunk, batch.TokenCount - start);
                // A batch of sequences with targets has them.
                var loss = functional.cross_entropy(model.Logits(hidden_ND.narrow(0, start, length)), batch.Targets_N!.narrow(0, start, length), reduction: Reduction.Sum);
                sum += loss.item<float>();
            }

            count += batch.TokenCount;
        }

        return sum / count;
    }
}
