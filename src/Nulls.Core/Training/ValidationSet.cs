using System.Runtime.InteropServices;
using Nulls.Distributed;
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

    private readonly ITokenCorpus _corpus;
    private readonly DocumentCutter _cutter;
    private readonly Func<int, SinkGate> _gateOf;
    private readonly ICollective _ranks;
    private readonly PieceSpan[][] _batches;
    // Neither order nor cuts are drawn.
    private readonly SplitMix64 _nothing = new();

    /// <param name="corpus">The texts as tokens; not empty.</param>
    /// <param name="rowLength">The tokens of a row.</param>
    /// <param name="endOfTextId">The special token that begins and ends a document.</param>
    /// <param name="rowsPerBatch">The rows that the network reads at once.</param>
    /// <param name="gateOf">The sinks of a source.</param>
    /// <param name="ranks">Who reads it together.</param>
    public ValidationSet(ITokenCorpus corpus, int rowLength, int endOfTextId, int rowsPerBatch, Func<int, SinkGate> gateOf, ICollective ranks)
    {
        _corpus = corpus;
        _ranks = ranks;
        _cutter = new DocumentCutter(rowLength, endOfTextId, shuffleSentences: false, jitter: false);
        _gateOf = gateOf;
        var spans = new List<PieceSpan>();
        for (var document = 0; document < corpus.Count; document++)
            _cutter.Cut(corpus, document, _nothing, spans);
        _batches = [.. RowPacker.Pack(spans, rowLength).Chunk(rowsPerBatch).Select(rows => rows.SelectMany(row => row).ToArray())];
    }

    /// <summary>The mean loss a token, in nats: the same on every rank, each of which reads its share of the batches.</summary>
    /// <param name="model">The network.</param>
    /// <param name="weights">Its matrices as the steps multiply with them: in 32 bits, validation could take longer than the steps between.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public double Loss(NullsModel model, ComputeWeights weights, CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        var (sum, count) = (0.0, 0.0);
        foreach (var spans in _batches.Where((_, i) => i % _ranks.Size == _ranks.Rank))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            TokenSequence[] sequences = [.. spans.Select(span => _cutter.Read(_corpus, span, _nothing))
                .Select(piece => new TokenSequence(piece.Inputs, _gateOf(piece.SourceIndex), piece.Targets))];
            using var batch = new TokenBatch(sequences, model.Device);
            var hidden_ND = model.Hidden(batch, weights);
            for (var start = 0L; start < batch.TokenCount; start += TokensPerChunk)
            {
                var length = Math.Min(TokensPerChunk, batch.TokenCount - start);
                // A batch of sequences with targets has them.
                var loss = functional.cross_entropy(model.Logits(hidden_ND.narrow(0, start, length), weights), batch.Targets_N!.narrow(0, start, length), reduction: Reduction.Sum);
                sum += loss.item<float>();
            }

            count += batch.TokenCount;
        }

        // Doubles as pairs of integers, bit for bit.
        var shares = _ranks.Gather(MemoryMarshal.Cast<double, int>([sum, count])).Select(share => MemoryMarshal.Cast<int, double>(share).ToArray()).ToArray();
        return shares.Sum(share => share[0]) / shares.Sum(share => share[1]);
    }
}
