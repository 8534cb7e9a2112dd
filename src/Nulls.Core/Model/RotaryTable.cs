using Nulls.Torch;
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
        var pairCount = headSize / 2;
        var cosines = new float[contextLength * pairCount];
        var sines = new float[contextLength * pairCount];
        for (var i = 0; i < cosines.Length; i++)
        {
            // In 64 bits, so that positions far out keep their angle.
            var (position, pair) = Math.DivRem(i, pairCount);
            var (sine, cosine) = Math.SinCos(position * Math.Pow(rotaryBase, -2.0 * pair / headSize));
            (cosines[i], sines[i]) = ((float)cosine, (float)sine);
        }

        using var scope = NewDisposeScope();
        _cosine_C1k = tensor(cosines).view(contextLength, 1, pairCount).to(device).DetachFromDisposeScope();
        _sine_C1k = tensor(sines).view(contextLength, 1, pairCount).to(device).DetachFromDisposeScope();
    }

    /// <summary>Gets the cosines of every position: [C, 1, K/2].</summary>
    public Tensor Cosine => _cosine_C1k;

    /// <summary>Gets the sines of every position: [C, 1, K/2].</summary>
    public Tensor Sine => _sine_C1k;

    /// <summary>The cosines and sines at each token's position, [N, 1, K/2] each.</summary>
    public (Tensor Cosine_N1k, Tensor Sine_N1k) At(Tensor positions_N) =>
        (_cosine_C1k.index_select(0, positions_N), _sine_C1k.index_select(0, positions_N));

    /// <summary>Turns every head of every token to its position.</summary>
    public static Tensor Rotate(Tensor x_NHK, Tensor cosine_N1k, Tensor sine_N1k)
    {
        var halves = x_NHK.chunk(2, -1);
        return cat([halves[0] * cosine_N1k - halves[1] * sine_N1k, (halves[1] * cosine_N1k).Plus(halves[0] * sine_N1k)], -1);
    }

    public void Dispose()
    {
        _cosine_C1k.Dispose();
        _sine_C1k.Dispose();
    }
}
