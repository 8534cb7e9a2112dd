using Nulls.Model;
using Nulls.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Nulls.Training;

/// <summary>The gradient of one step, in the optimiser's buffers, clipped.</summary>
internal sealed class StepGradients
{
    private readonly NullsModel _model;
    private readonly AdamW _optimiser;
    private readonly Isolation _isolation;
    private readonly double _clipNorm;
    private readonly Parameter[] _backbone;

    public StepGradients(NullsModel model, AdamW optimiser, Isolation isolation, double clipNorm)
    {
        _model = model;
        _optimiser = optimiser;
        _isolation = isolation;
        _clipNorm = clipNorm;
        // Autograd never sees the pools: leaves stand for them.
        foreach (var parameter in model.SinkParameters)
            parameter.requires_grad = false;
        _backbone = [.. model.parameters().Where(parameter => parameter.requires_grad)];
    }

    /// <summary>Computes the gradient and returns the mean loss a token, a scalar.</summary>
    public Tensor Compute(IReadOnlyList<TokenSequence> sequences)
    {
        _optimiser.ZeroGradients();
        var tokenCount = sequences.Sum(sequence => sequence.Tokens.Length);
        var lossSum = _isolation == Isolation.Joint ? Together(sequences, tokenCount) : Apart(sequences);
        return lossSum / tensor((float)tokenCount, device: _model.Device);
    }

    private Tensor Together(IReadOnlyList<TokenSequence> sequences, int tokenCount)
    {
        var lossSum = Backward(sequences, _ => 1f / tokenCount, sequenceClipNorm: null, trainsBackbone: true);
        _optimiser.ClipGradients(_clipNorm);
        return lossSum;
    }

    // Sources reach their sinks alone, and each source's loss and clipping depend on nothing but itself.
    private Tensor Apart(IReadOnlyList<TokenSequence> sequences)
    {
        TokenSequence[] general = [.. sequences.Where(sequence => sequence.Gate.Sinks.Count == 0)];
        TokenSequence[] sources = [.. sequences.Where(sequence => sequence.Gate.Sinks.Count > 0)];
        var lossSums = new List<Tensor>();
        if (general.Length > 0)
        {
            var tokenCount = general.Sum(sequence => sequence.Tokens.Length);
            lossSums.Add(Backward(general, _ => 1f / tokenCount, sequenceClipNorm: null, trainsBackbone: true));
            _optimiser.ClipGradients(_clipNorm);
        }

        if (sources.Length > 0)
        {
            SetBackboneTraining(false);
            try
            {
                lossSums.Add(Backward(sources, sequence => 1f / sequence.Tokens.Length, _clipNorm, trainsBackbone: false));
            }
            finally
            {
                SetBackboneTraining(true);
            }
        }

        return lossSums.Aggregate(LastingNumbers.Plus);
    }

    // Adds the gradient of the weighted sum of the tokens' losses, and returns their unweighted sum.
    private Tensor Backward(IReadOnlyList<TokenSequence> sequences, Func<TokenSequence, float> tokenWeight, double? sequenceClipNorm, bool trainsBackbone)
    {
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
