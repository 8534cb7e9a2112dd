using System.Runtime.Intrinsics;
using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Kernels;

/// <summary>silu(gate) times up (arXiv:2002.05202), in one pass over memory, and the same backwards.</summary>
internal static unsafe class SwiGluKernel
{
    /// <summary>The hidden neurons [..., I] of gates and ups [..., 2 I], which lie one after the other in each row.</summary>
    public static Tensor Forward(Tensor gateUp)
    {
        var shape = gateUp.shape;
        var I = (int)shape[^1] / 2;
        if (!KernelLoop.Runs(gateUp))
        {
            var halves = gateUp.split(I, -1);
            return functional.silu(halves[0]).mul_(halves[1]);
        }

        var hidden = empty([.. shape[..^1], I], gateUp.dtype);
        var from = KernelLoop.Start(gateUp);
        var to = KernelLoop.Start(hidden);
        var rows = (int)(gateUp.numel() / (2 * I));
        if (gateUp.dtype == ScalarType.BFloat16)
            KernelLoop.Split(rows, 2 * I, (_, first, end) => Rows<BFloat16Element>(from, to, I, first, end));
        else
            KernelLoop.Split(rows, 2 * I, (_, first, end) => Rows<Float32Element>(from, to, I, first, end));
        return hidden;
    }

    /// <summary>The gradient of gates and ups from that of the hidden neurons; on the CPU it takes the place of <paramref name="gateUp"/>.</summary>
    public static Tensor Backward(Tensor hiddenGradient, Tensor gateUp)
    {
        var I = (int)gateUp.shape[^1] / 2;
        if (!KernelLoop.Runs(gateUp))
            return BackwardOnTorch(hiddenGradient, gateUp, I);

        using var contiguous = hiddenGradient.contiguous();
        var from = KernelLoop.Start(contiguous);
        var to = KernelLoop.Start(gateUp);
        var rows = (int)(gateUp.numel() / (2 * I));
        if (gateUp.dtype == ScalarType.BFloat16)
            KernelLoop.Split(rows, 2 * I, (_, first, end) => BackwardRows<BFloat16Element>(from, to, I, first, end));
        else
            KernelLoop.Split(rows, 2 * I, (_, first, end) => BackwardRows<Float32Element>(from, to, I, first, end));
        return gateUp;
    }

    private static void Rows<T>(byte* gateUp, byte* hidden, int I, int first, int end)
        where T : struct, IElement
    {
        for (long n = first; n < end; n++)
        {
            var gate = gateUp + n * 2 * I * T.Size;
            var up = gate + (long)I * T.Size;
            for (var i = 0; i < I; i += 16)
            {
                var x = T.Load(gate, i, I - i);
                T.Store(hidden + n * I * T.Size, i, I - i, x * Sigmoid(x) * T.Load(up, i, I - i));
            }
        }
    }

    private static void BackwardRows<T>(byte* hiddenGradient, byte* gateUp, int I, int first, int end)
        where T : struct, IElement
    {
        for (long n = first; n < end; n++)
        {
            var gate = gateUp + n * 2 * I * T.Size;
            var up = gate + (long)I * T.Size;
            for (var i = 0; i < I; i += 16)
            {
                var x = T.Load(gate, i, I - i);
                var u = T.Load(up, i, I - i);
                var dy = T.Load(hiddenGradient + n * I * T.Size, i, I - i);
                var sigmoid = Sigmoid(x);
                T.Store(gate, i, I - i, dy * u * sigmoid * (Vector512<float>.One + x * (Vector512<float>.One - sigmoid)));
                T.Store(up, i, I - i, dy * x * sigmoid);
            }
        }
    }

    private static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exponential.Of(-x));

    private static Tensor BackwardOnTorch(Tensor hiddenGradient, Tensor gateUp, int I)
    {
        var halves = gateUp.split(I, -1);
        var sigmoid = halves[0].sigmoid();
        var silu = halves[0] * sigmoid;
        // sigmoid (1 + x (1 - sigmoid)) = sigmoid + silu - silu sigmoid
        var slope = sigmoid.Plus(silu) - silu * sigmoid;
        return cat([hiddenGradient * halves[1] * slope, hiddenGradient * silu], -1);
    }
}
