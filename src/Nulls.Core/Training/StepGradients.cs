using Nulls.Distributed;
using Nulls.Model;
using Nulls.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>The gradient of one step, in the optimiser's buffers, summed over the ranks and clipped.</summary>
/// <remarks>
/// Losses are divided by the tokens of all ranks, so a step is the same but for rounding however its rows are split. Every rank takes
/// part in every sum, also one that has no rows.
/// </remarks>
internal sealed class StepGradients
{
    private readonly NullsModel _model;
    private readonly AdamW _optimiser;
    private readonly Isolation _isolation;
    private readonly double _clipNorm;
    private readonly GradientExchange _exchange;
    private readonly Parameter[] _backbone;

    public StepGradients(NullsModel model, AdamW optimiser, Isolation isolation, double clipNorm, ICollective ranks)
    {
        _model = model;
        _optimiser = optimiser;
        _isolation = isolation;
        _clipNorm = clipNorm;
        _exchange = new GradientExchange(ranks, model, optimiser);
        // Autograd never sees the pools: leaves stand for them.
        foreach (var parameter in model.SinkParameters)
            parameter.requires_grad = false;
        _backbone = [.. model.parameters().Where(parameter => parameter.requires_grad)];
    }

    /// <summary>Computes the gradient and returns the mean loss a token of all ranks, a scalar.</summary>
    public Tensor Compute(StepShare share)
    {
        _optimiser.ZeroGradients();
        var lossSum = _isolation == Isolation.Joint ? Together(share) : Apart(share);
        return _exchange.SumLoss(lossSum) / tensor((float)share.TokenCount, device: _model.Device);
    }

    private Tensor Together(StepShare share)
    {
        var lossSum = Backward(share.Sequences, _ => 1f / share.TokenCount, sequenceClipNorm: null, trainsBackbone: true);
        _exchange.SumBackbone();
        _exchange.SumSinks(share.Sinks());
        _optimiser.ClipGradients(_clipNorm);
        return lossSum;
    }

    // Sources reach their sinks alone, and each source's loss and clipping depend on nothing but itself.
    private Tensor Apart(StepShare share)
    {
        TokenSequence[] general = [.. share.Sequences.Where(sequence => sequence.Gate.Sinks.Count == 0)];
        TokenSequence[] sources = [.. share.Sequences.Where(sequence => sequence.Gate.Sinks.Count > 0)];
        var lossSum = Backward(general, _ => 1f / share.GeneralTokenCount, sequenceClipNorm: null, trainsBackbone: true);
        if (share.GeneralTokenCount > 0)
        {
            _exchange.SumBackbone();
            _optimiser.ClipGradients(_clipNorm);
        }

        SetBackboneTraining(false);
        try
        {
            lossSum = lossSum.Plus(Backward(sources, sequence => 1f / sequence.Tokens.Length, _clipNorm, trainsBackbone: false));
        }
        finally
        {
            SetBackboneTraining(true);
        }

        _exchange.SumSinks(share.Sinks());
        return lossSum;
    }

    // Adds the gradient of the weighted sum of the tokens' losses, and returns their unweighted sum: 0 of no sequence.
    private Tensor Backward(IReadOnlyList<TokenSequence> sequences, Func<TokenSequence, float> tokenWeight, double? sequenceClipNorm, bool trainsBackbone)
    {
        if (sequences.Count == 0)
            return zeros([], device: _model.Device);

        using var leaves = new SinkLeaves();
        using var batch = new TokenBatch(sequences, _model.Device);
        var hidden_ND = _model.Hidden(batch, leaves: leaves);
        var (losses_N, gradient_ND) = TokenLoss.Compute(
            hidden_ND.detach(), _model.Head, batch.Targets_N!, TokenWeights(batch, sequences, tokenWeight), // A training batch always has targets.
            trainsBackbone ? _optimiser.GradientOf(_model.Head) : null);
        autograd.backward(hidden_ND, gradient_ND);
        leaves.ScatterGradients(_optimiser.GradientOf, sequenceClipNorm);
        return losses_N.sum();
    }

    private Tensor TokenWeights(TokenBatch batch, IReadOnlyList<TokenSequence> sequences, Func<TokenSequence, float> tokenWeight)
    {
        var weights = new float[batch.TokenCount];
        for (var i = 0; i < sequences.Count; i++)
            Array.Fill(weights, tokenWeight(sequences[i]), batch.Starts[i], sequences[i].Tokens.Length);
        return tensor(weights).to(_model.Device);
    }

    private void SetBackboneTraining(bool isTrained)
    {
        foreach (var parameter in _backbone)
            parameter.requires_grad = isTrained;
    }
}
