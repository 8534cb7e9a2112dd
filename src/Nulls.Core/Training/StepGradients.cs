using Nulls.Distributed;
using Nulls.Model;
using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>The gradient of one step, in the optimiser's buffers, summed over micro-batches and ranks, and clipped.</summary>
/// <remarks>
/// Losses are divided by the tokens of the whole step, so it is the same but for rounding however its rows are split. Every rank takes
/// part in every sum, also one that has no rows.
/// </remarks>
internal sealed class StepGradients
{
    private readonly NullsModel _model;
    private readonly ComputeWeights _weights;
    private readonly AdamW _optimiser;
    private readonly Isolation _isolation;
    private readonly TrainingOptions _options;
    private readonly GradientExchange _exchange;

    /// <param name="model">The network.</param>
    /// <param name="weights">The matrices to multiply with; whoever changes the network's refreshes them.</param>
    /// <param name="optimiser">Holds the gradients.</param>
    /// <param name="isolation">Where gradients of sources go.</param>
    /// <param name="options">The norm to clip to, and how much is computed and kept at once.</param>
    /// <param name="ranks">Those that share the step.</param>
    public StepGradients(NullsModel model, ComputeWeights weights, AdamW optimiser, Isolation isolation, TrainingOptions options, ICollective ranks)
    {
        _model = model;
        _weights = weights;
        _optimiser = optimiser;
        _isolation = isolation;
        _options = options;
        _exchange = new GradientExchange(ranks, model, optimiser);
    }

    /// <summary>Computes the gradient and returns the mean loss a token of all ranks, a scalar.</summary>
    public Tensor Compute(StepShare share)
    {
        _optimiser.ZeroGradients();
        var lossSum = _isolation == Isolation.Joint ? Together(share) : Apart(share);
        return _exchange.SumLoss(lossSum) / tensor((float)share.TokenCount, device: _model.Device);
    }

    /// <summary>Adds the joint gradient of this rank's share, neither summed over the ranks nor clipped, and returns the sum of its tokens' losses.</summary>
    public Tensor Add(StepShare share) => Backward(share.Sequences, _ => 1f / share.TokenCount, sequenceClipNorm: null, trainsBackbone: true);

    private Tensor Together(StepShare share)
    {
        var lossSum = _options.BackboneShield > 0 ? Shielded(share) : Add(share);
        _exchange.SumBackbone();
        _exchange.SumSinks(share.Sinks());
        _optimiser.ClipGradients(_options.ClipNorm);
        return lossSum;
    }

    // Sources come first, so that what they leave in the backbone's gradient is scaled before general text is added.
    private Tensor Shielded(StepShare share)
    {
        var (sources, general) = share.Parted();
        // The optimiser divides by the size of recent gradients: a token's row that sources alone move would go at full rate, however little is passed.
        var lossSum = Backward(sources, _ => 1f / share.TokenCount, sequenceClipNorm: null, trainsBackbone: true, trainsTables: false);
        using Scalar passed = 1 - _options.BackboneShield;
        foreach (var gradient in _optimiser.BackboneGradients)
            gradient.mul_(passed);
        return lossSum.Plus(Backward(general, _ => 1f / share.TokenCount, sequenceClipNorm: null, trainsBackbone: true));
    }

    // Sources reach their sinks alone, and each source's loss and clipping depend on nothing but itself.
    private Tensor Apart(StepShare share)
    {
        var (sources, general) = share.Parted();
        var lossSum = Backward(general, _ => 1f / share.GeneralTokenCount, sequenceClipNorm: null, trainsBackbone: true);
        if (share.GeneralTokenCount > 0)
        {
            _exchange.SumBackbone();
            _optimiser.ClipGradients(_options.ClipNorm);
        }

        lossSum = lossSum.Plus(Backward(sources, sequence => 1f / sequence.Tokens.Length, _options.ClipNorm, trainsBackbone: false));
        _exchange.SumSinks(share.Sinks());
        return lossSum;
    }

    // Adds the gradient of the weighted sum of the tokens' losses, and returns their unweighted sum: 0 of no sequence.
    private Tensor Backward(IReadOnlyList<TokenSequence> sequences, Func<TokenSequence, float> tokenWeight, double? sequenceClipNorm, bool trainsBackbone, bool trainsTables = true)
    {
        var lossSum = zeros([], device: _model.Device);
        foreach (var microBatch in MicroBatches(sequences))
        {
            using var scope = NewDisposeScope();
            using var batch = new TokenBatch(microBatch, _model.Device);
            var gradients = new GradientAccumulator(_optimiser.GradientOf, trainsBackbone, sequenceClipNorm) { TrainsTables = trainsTables };
            var activations = _model.Forward(batch, _weights, _options.ActivationCheckpointing);
            using var weights_N = TokenWeights(batch, microBatch, tokenWeight);
            var (losses_N, hiddenGradient_ND) = TokenLoss.Compute(
                activations.Hidden_ND, _weights.Of(_model.Head), batch.Targets_N!, weights_N, // A training batch always has targets.
                gradients.TableGradientOf(_model.Head));
            _model.Backward(hiddenGradient_ND, activations, gradients);
            lossSum.add_(losses_N.sum(), LastingNumbers.One);
        }

        return lossSum;
    }

    // Rows are cut into sequences already: a micro-batch has no more tokens than its rows would.
    private IEnumerable<IReadOnlyList<TokenSequence>> MicroBatches(IReadOnlyList<TokenSequence> sequences)
    {
        var mostTokens = _options.MicroBatchRows == 0 ? long.MaxValue : (long)_options.MicroBatchRows * _model.Config.ContextLength;
        var batch = new List<TokenSequence>();
        var tokenCount = 0L;
        foreach (var sequence in sequences)
        {
            if (batch.Count > 0 && tokenCount + sequence.Tokens.Length > mostTokens)
            {
                yield return batch;
                (batch, tokenCount) = ([], 0);
            }

            batch.Add(sequence);
            tokenCount += sequence.Tokens.Length;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    private Tensor TokenWeights(TokenBatch batch, IReadOnlyList<TokenSequence> sequences, Func<TokenSequence, float> tokenWeight)
    {
        var weights = new float[batch.TokenCount];
        for (var i = 0; i < sequences.Count; i++)
            Array.Fill(weights, tokenWeight(sequences[i]), batch.Starts[i], sequences[i].Tokens.Length);
        return TokenBatch.OnDevice(weights, _model.Device);
    }
}
