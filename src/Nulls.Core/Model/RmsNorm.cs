using Nulls.Torch;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>Root mean square normalisation (arXiv:1910.07467), always in 32 bits.</summary>
internal sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    private readonly Scalar _epsilon;
    [ComponentName(Name = "weight")] private readonly Parameter _weight;

    public RmsNorm(int width, double epsilon, Device device)
        : base(nameof(RmsNorm))
    {
        _epsilon = epsilon;
        _weight = new Parameter(ones(width, device: device));
        RegisterComponents();
    }

    public Parameter Weight => _weight;

    public override Tensor forward(Tensor x_ND)
    {
        var meanSquare_N1 = x_ND.square().mean([-1], keepdim: true);
        return x_ND * meanSquare_N1.add(_epsilon, LastingNumbers.One).rsqrt() * _weight;
    }
}
