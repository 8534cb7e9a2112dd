using Nulls.Model;
using Nulls.Training;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Nulls.Evaluation.Systems;

/// <summary>Trains a network further by AdamW, on gradients that an objective gives for each token's loss or for the states after a layer.</summary>
internal sealed class FineTuner : IDisposable
{
    private const double ClipNorm = 1;

    private readonly NullsModel _model;
    private readonly AdamW _optimiser;
    private readonly double _learningRate;
    private readonly Parameter[] _untrained;

    /// <param name="model">The network; changed.</param>
    /// <param name="learningRate">The learning rate, the same in every step.</param>
    /// <param name="trained">The parameters that change; null for all.</param>
    public FineTuner(NullsModel model, double learningRate, IReadOnlyCollection<Parameter>? trained = null)
    {
        (_model, _learningRate) = (model, learningRate);
        var handles = (trained ?? [.. model.parameters()]).Select(parameter => parameter.Handle).ToHashSet();
        // What does not change has a gradient all the same: the network computes it.
        _untrained = [.. model.parameters().Where(parameter => !handles.Contains(parameter.Handle))];
        _optimiser = new AdamW(
            [
                new ParameterGroup([.. model.parameters().Where(parameter => handles.Contains(parameter.Handle))], 1, WeightDecay: 0),
                new ParameterGroup(_untrained, 0, WeightDecay: 0),
            ],
            beta1: 0.9, beta2: 0.95);
    }

    /// <summary>The losses of each sequence's tokens under a network.</summary>
    public static IReadOnlyList<float[]> Losses(NullsModel model, IReadOnlyList<TokenSequence> sequences)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var batch = new TokenBatch(sequences, model.Device);
        return Losses(model, model.Hidden(batch), batch, sequences);
    }

    /// <summary>Takes a step down a function of the tokens' losses.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="derivativeOf">Gives, for the losses of each sequence's tokens, the function's derivative by each.</param>
    public void Step(IReadOnlyList<TokenSequence> sequences, Func<IReadOnlyList<float[]>, IReadOnlyList<float[]>> derivativeOf) => Step(sequences, (batch, activations, gradients) =>
    {
        var derivatives = derivativeOf(Losses(_model, activations.Hidden_ND, batch, sequences));
        var weights = new float[batch.TokenCount];
        for (var i = 0; i < sequences.Count; i++)
            derivatives[i].CopyTo(weights, batch.Starts[i]);
        using var weights_N = TokenBatch.OnDevice(weights, _model.Device);
        var gradient_ND = TokenLoss.Compute(activations.Hidden_ND, _model.Head, batch.Targets_N!, weights_N, gradients.BackboneGradientOf(_model.Head)).HiddenGradient_ND; // A training batch has targets.
        _model.Backward(gradient_ND, activations, gradients);
    });

    /// <summary>Takes a step down a function of the states after a layer.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="layer">The layer, counted from 0.</param>
    /// <param name="gradientOf">Gives the function's gradient by the states [N, D].</param>
    public void Step(IReadOnlyList<TokenSequence> sequences, int layer, Func<TokenBatch, Tensor, Tensor> gradientOf) => Step(sequences, (batch, activations, gradients) =>
        _model.BackwardFrom(layer, gradientOf(batch, activations.StreamAfter(layer)), activations, gradients));

    public void Dispose() => _optimiser.Dispose();

    private void Step(IReadOnlyList<TokenSequence> sequences, Action<TokenBatch, ModelActivations, GradientAccumulator> backward)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _optimiser.ZeroGradients();
        using var batch = new TokenBatch(sequences, _model.Device);
        var gradients = new GradientAccumulator(_optimiser.GradientOf, trainsBackbone: true);
        var activations = _model.Forward(batch, ComputeWeights.Float32, recomputes: false);
        backward(batch, activations, gradients);
        // It would count where the norm over all is clipped.
        foreach (var parameter in _untrained)
            _optimiser.GradientOf(parameter).zero_();
        _optimiser.ClipGradients(ClipNorm);
        _optimiser.Step(_learningRate);
    }

    private static float[][] Losses(NullsModel model, Tensor hidden_ND, TokenBatch batch, IReadOnlyList<TokenSequence> sequences)
    {
        using var scope = NewDisposeScope();
        var none_N = zeros(batch.TokenCount, ScalarType.Float32, model.Device);
        var losses = TokenLoss.Compute(hidden_ND, model.Head, batch.Targets_N!, none_N, headGradient_VD: null).Losses_N.cpu().data<float>().ToArray(); // As above.
        return [.. sequences.Select((sequence, i) => losses[batch.Starts[i]..(batch.Starts[i] + sequence.Tokens.Length)])];
    }
}
