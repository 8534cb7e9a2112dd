using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Model;

/// <summary>One layer: attention, then the MLP, each on the normalised residual stream and added to it.</summary>
internal sealed class DecoderBlock : Module
{
    [ComponentName(Name = "attention_norm")] private readonly RmsNorm _attentionNorm;
    [ComponentName(Name = "attention")] private readonly Attention _attention;
    [ComponentName(Name = "mlp_norm")] private readonly RmsNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly SparseMlp _mlp;

    public DecoderBlock(NullsConfig config, int layer, Device device)
        : base(nameof(DecoderBlock))
    {
        _attentionNorm = new RmsNorm(config.Width, config.NormEpsilon, device);
        _attention = new Attention(config, layer, device);
        _mlpNorm = new RmsNorm(config.Width, config.NormEpsilon, device);
        _mlp = new SparseMlp(config, device);
        RegisterComponents();
    }

    public RmsNorm AttentionNorm => _attentionNorm;

    public RmsNorm MlpNorm => _mlpNorm;

    public Attention Attention => _attention;

    public SparseMlp Mlp => _mlp;

    /// <summary>The residual stream after this layer, and what <see cref="Backward"/> needs.</summary>
    public (ResidualStream Stream, BlockActivations Activations) Forward(ResidualStream stream, ForwardPass pass)
    {
        var attentionNorm = _attentionNorm.Forward(stream, pass.Weights.Type);
        var (attended_ND, attention) = _attention.Forward(attentionNorm.Norm_ND, pass);
        using var pending_ND = attended_ND;
        var mlpNorm = _mlpNorm.Forward(new ResidualStream(attentionNorm.Sum_ND, attended_ND), pass.Weights.Type);
        var (out_ND, mlp) = _mlp.Forward(mlpNorm.Norm_ND, pass);
        return (new ResidualStream(mlpNorm.Sum_ND, out_ND), new BlockActivations(attentionNorm, attention, mlpNorm, mlp));
    }

    /// <summary>Adds the gradients of the weights.</summary>
    /// <param name="cast_ND">The gradient of the stream after this layer, in the type of the products.</param>
    /// <param name="gradient_ND">The same in 32 bits; changed to that of the stream before this layer.</param>
    /// <param name="activations">What <see cref="Forward"/> left; used up.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="gradients">Takes the gradients.</param>
    /// <returns>The gradient of the stream before this layer in the type of the products.</returns>
    public Tensor Backward(Tensor cast_ND, Tensor gradient_ND, BlockActivations activations, ForwardPass pass, GradientAccumulator gradients)
    {
        using var mlpGradient_ND = _mlp.Backward(cast_ND, activations.MlpNorm.Norm_ND, activations.Mlp, pass, gradients);
        using var middle_ND = _mlpNorm.Backward(mlpGradient_ND, activations.MlpNorm, gradient_ND, gradients);
        using var attentionGradient_ND = _attention.Backward(middle_ND, activations.AttentionNorm.Norm_ND, activations.Attention, pass, gradients);
        return _attentionNorm.Backward(attentionGradient_ND, activations.AttentionNorm, gradient_ND, gradients);
    }
}

/// <summary>What a layer leaves for its gradient.</summary>
internal sealed record BlockActivations(
    NormActivations AttentionNorm, AttentionActivations Attention, NormActivations MlpNorm, MlpActivations Mlp) : IDisposable
{
    // Of the two sums the second is the residual stream that the layer hands on.
    private IEnumerable<Tensor> AllButStream =>
        [AttentionNorm.Sum_ND, .. AttentionNorm.AllButSum, .. Attention.Tensors, .. MlpNorm.AllButSum, .. Mlp.Tensors];

    /// <summary>Hands all but the residual stream, which the layer handed on, to the scope around the innermost.</summary>
    public BlockActivations MoveToOuterDisposeScope()
    {
        foreach (var tensor in AllButStream)
            tensor.MoveToOuterDisposeScope();
        return this;
    }

    /// <summary>Frees all but the residual stream that the layer handed on.</summary>
    public void DisposeAllButStream()
    {
        foreach (var tensor in AllButStream)
            tensor.Dispose();
    }

    public void Dispose()
    {
        DisposeAllButStream();
        MlpNorm.Sum_ND.Dispose();
    }
}
