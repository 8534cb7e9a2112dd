using Nulls.Model;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

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
        return _isolation == Isolation.Joint ? Together(sequences) : Apart(sequences);
    }

    private Tensor Together(IReadOnlyList<TokenSequence> sequences)
    {
        using var leaves = new SinkLeaves();
        using var batch = new TokenBatch(sequences, _model.Device);
        var loss = TokenLosses(batch, leaves).mean();
        loss.backward();
        leaves.ScatterGradients(_optimiser.GradientOf);
        _optimiser.ClipGradients(_clipNorm);
        return loss.detach();
    }

    // Sources reach their sinks alone, and each source's loss and clipping depend on nothing but itself.
    private Tensor Apart(IReadOnlyList<TokenSequence> sequences)
    {
        TokenSequence[] general = [.. sequences.Where(sequence => sequence.Gate.Sinks.Count == 0)];
        TokenSequence[] sources = [.. sequences.Where(sequence => sequence.Gate.Sinks.Count > 0)];
        var lossSums = new List<Tensor>();
        if (general.Length > 0)
        {
            using var batch = new TokenBatch(general, _model.Device);
            var losses_N = TokenLosses(batch, leaves: null);
            losses_N.mean().backward();
            _optimiser.ClipGradients(_clipNorm);
            lossSums.Add(losses_N.detach().sum());
        }

        if (sources.Length > 0)
        {
            using var leaves = new SinkLeaves();
            using var batch = new TokenBatch(sources, _model.Device);
            SetBackboneTraining(false);
            try
            {
                var losses_N = TokenLosses(batch, leaves);
                (losses_N * TokenWeights(batch, sources)).sum().backward();
                lossSums.Add(losses_N.detach().sum());
            }
            finally
            {
                SetBackboneTraining(true);
            }

            leaves.ScatterGradients(_optimiser.GradientOf, _clipNorm);
        }

        return stack(lossSums).sum() / tensor((float)sequences.Sum(sequence => sequence.Tokens.Length), device: _model.Device);
    }

    private Tensor TokenLosses(TokenBatch batch, SinkLeaves? leaves) =>
        // A training batch always has targets.
        functional.cross_entropy(_model.Logits(_model.Hidden(batch, leaves)), batch.Targets_N!, reduction: Reduction.None);

    private Tensor TokenWeights(TokenBatch batch, TokenSequence[] sequences)
    {
        var weights = new float[batch.TokenCount];
        for (var i = 0; i < sequences.Length; i++)
            Array.Fill(weights, 1f / sequences[i].Tokens.Length, batch.Starts[i], sequences[i].Tokens.Length);
        return tensor(weights).to(_model.Device);
    }

    private void SetBackboneTraining(bool isTrained)
    {
        foreach (var parameter in _backbone)
            parameter.requires_grad = isTrained;
    }
}
