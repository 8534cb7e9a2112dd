using Nulls.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>Root mean square normalisation (arXiv:1910.07467) of the residual stream, to which it first adds what is pending; always in 32 bits.</summary>
internal sealed class RmsNorm : nn.Module
{
    private readonly double _epsilon;
    [ComponentName(Name = "weight")] private readonly Parameter _weight;

    public RmsNorm(int width, double epsilon, Device device)
        : base(nameof(RmsNorm))
    {
        _epsilon = epsilon;
        _weight = new Parameter(ones(width, device: device));
        RegisterComponents();
    }

    public Parameter Weight => _weight;

    /// <summary>The stream with what was pending, and its norm in the type of the products.</summary>
    public NormActivations Forward(ResidualStream stream, ScalarType type)
    {
        var (sum_ND, norm_ND, inverse_N) = RmsNormKernel.Forward(stream.Sum_ND, stream.Pending_ND, _weight, _epsilon, type);
        return new NormActivations(sum_ND, norm_ND, inverse_N);
    }

    /// <summary>Adds the gradient that comes through the norm to that of the stream, and returns the sum in the type of the products too.</summary>
    public Tensor Backward(Tensor normGradient_ND, NormActivations activations, Tensor gradient_ND, GradientAccumulator gradients) =>
        RmsNormKernel.Backward(
            normGradient_ND, activations.Sum_ND, activations.Inverse_N, _weight, gradient_ND, gradients.BackboneGradientOf(_weight));
}

/// <summary>What a norm leaves for its gradient: the stream, its norm and the inverse root mean square of each row.</summary>
internal sealed record NormActivations(Tensor Sum_ND, Tensor Norm_ND, Tensor Inverse_N)
{
    public IEnumerable<Tensor> AllButSum => [Norm_ND, Inverse_N];
}
