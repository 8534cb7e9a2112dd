using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Nulls.Kernels;

/// <summary>The softmax of rows of logits where few of its values are asked for: the logits are read as they come from the product, and nothing is written.</summary>
internal static unsafe class LogitsKernel
{
    /// <summary>The greatest logit of each row, and the logarithm of the sum of the exponentials of what each is less than that.</summary>
    /// <param name="logits_nV">The logits.</param>
    /// <param name="greatest">Takes the greatest of each row.</param>
    /// <param name="logSum">Takes the logarithm for each row.</param>
    public static void Normalise(Tensor logits_nV, float[] greatest, float[] logSum)
    {
        var (rows, V) = ((int)logits_nV.shape[0], (int)logits_nV.shape[1]);
        var logits = KernelLoop.Start(logits_nV);
        if (logits_nV.dtype == ScalarType.BFloat16)
            KernelLoop.Split(rows, V, (_, first, end) => Rows<BFloat16Element>(logits, greatest, logSum, V, first, end));
        else
            KernelLoop.Split(rows, V, (_, first, end) => Rows<Float32Element>(logits, greatest, logSum, V, first, end));
    }

    /// <summary>One logit of each of some cells, which count through the rows.</summary>
    public static float[] Pick(Tensor logits_nV, ReadOnlySpan<long> cells)
    {
        var logits = KernelLoop.Start(logits_nV);
        var isShort = logits_nV.dtype == ScalarType.BFloat16;
        var picked = new float[cells.Length];
        for (var q = 0; q < picked.Length; q++)
            picked[q] = isShort ? BFloat16Element.LoadOne(logits + cells[q] * BFloat16Element.Size, 0) : Float32Element.LoadOne(logits + cells[q] * Float32Element.Size, 0);
        return picked;
    }

    private static void Rows<T>(byte* logits, float[] greatest, float[] logSum, int V, int first, int end)
        where T : struct, IElement
    {
        var whole = V & ~15;
        for (var n = first; n < end; n++)
        {
            var row = logits + (long)n * V * T.Size;
            var largest = Vector512.Create(float.NegativeInfinity);
            for (var v = 0; v < whole; v += 16)
                largest = Vector512.MaxNative(largest, T.Load(row, v, 16));
            if (whole < V)
                largest = Vector512.MaxNative(largest, Last<T>(row, whole, V));

            var top = Exponential.Largest(largest);
            var shift = Vector512.Create(top);
            var sum = Vector512<float>.Zero;
            for (var v = 0; v < whole; v += 16)
                sum += Exponential.Of(T.Load(row, v, 16) - shift);
            if (whole < V)
                sum += Exponential.Of(Last<T>(row, whole, V) - shift);
            (greatest[n], logSum[n]) = (top, MathF.Log(Vector512.Sum(sum)));
        }
    }

    // What lies behind the row's end counts for nothing.
    private static Vector512<float> Last<T>(byte* row, int index, int V)
        where T : struct, IElement => Vector512.ConditionalSelect(
            Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(V - index)).AsSingle(), T.Load(row, index, V - index), Vector512.Create(float.NegativeInfinity));
}
