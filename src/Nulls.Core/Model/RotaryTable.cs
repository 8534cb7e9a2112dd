using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>The cosines and sines of the rotary position embedding (arXiv:2104.09864), half-split: dimension i turns with i + K/2.</summary>
/// <remarks>A plain class: a tensor in a module's field would become part of its state.</remarks>
internal sealed class RotaryTable : IDisposable
{
    private readonly Tensor _cosine_C1k;
    private readonly Tensor _sine_C1k;

    public RotaryTable(int contextLength, int headSize, double rotaryBase, Device device)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        // In 64 bits, so that positions far out keep their angle.
        var exponent_k = arange(0, headSize, 2, ScalarType.Float64) / headSize;
        var frequency_k = pow(rotaryBase, exponent_k).reciprocal();
        var angle_Ck = arange(0, contextLength, 1, ScalarType.Float64).unsqueeze(1) * frequency_k.unsqueeze(0);
        _cosine_C1k = angle_Ck.cos().to(ScalarType.Float32).unsqueeze(1).to(device).DetachFromDisposeScope();
        _sine_C1k = angle_Ck.sin().to(ScalarType.Float32).unsqueeze(1).to(device).DetachFromDisposeScope();
    }

    /// <summary>The cosines and sines at each token's position, [N, 1, K/2] each.</summary>
    public (Tensor Cosine_N1k, Tensor Sine_N1k) At(Tensor positions_N) =>
        (_cosine_C1k.index_select(0, positions_N), _sine_C1k.index_select(0, positions_N));

    /// <summary>Turns every head of every token to its position.</summary>
    public static Tensor Rotate(Tensor x_NHK, Tensor cosine_N1k, Tensor sine_N1k)
    {
        var halves = x_NHK.chunk(2, -1);
        return cat([halves[0] * cosine_N1k - halves[1] * sine_N1k, halves[1] * cosine_N1k + halves[0] * sine_N1k], -1);
    }

    public void Dispose()
    {
        _cosine_C1k.Dispose();
        _sine_C1k.Dispose();
    }
}
