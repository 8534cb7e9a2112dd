using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Kernels;

/// <summary>Scores of queries and keys to attention weights, each query seeing itself and what is before it; in place, in one pass a row.</summary>
internal static unsafe class CausalSoftmaxKernel
{
    /// <summary>Turns scores into weights, 0 for keys behind the query.</summary>
    /// <param name="scores_MT">The scores of keys 0 to T - 1; rows in turns of the block's queries.</param>
    /// <param name="start">The position of the block's first query.</param>
    /// <param name="length">The number of the block's queries.</param>
    /// <param name="scale">What scores are multiplied by.</param>
    public static void Forward(Tensor scores_MT, int start, int length, float scale)
    {
        var rows = (int)scores_MT.shape[0];
        var T = (int)scores_MT.shape[1];
        var scores = KernelLoop.Start(scores_MT);
        if (scores_MT.dtype == ScalarType.BFloat16)
            KernelLoop.Split(rows, T, (_, first, end) => Rows<BFloat16Element>(scores, T, start, length, scale, first, end));
        else
            KernelLoop.Split(rows, T, (_, first, end) => Rows<Float32Element>(scores, T, start, length, scale, first, end));
    }

    /// <summary>Turns the gradient of the weights into that of the scores, in place.</summary>
    public static void Backward(Tensor gradient_MT, Tensor weights_MT, int start, int length, float scale)
    {
        var (rows, T) = ((int)gradient_MT.shape[0], (int)gradient_MT.shape[1]);
        var gradient = KernelLoop.Start(gradient_MT);
        var weights = KernelLoop.Start(weights_MT);
        if (gradient_MT.dtype == ScalarType.BFloat16)
            KernelLoop.Split(rows, T, (_, first, end) => BackwardRows<BFloat16Element>(gradient, weights, T, start, length, scale, first, end));
        else
            KernelLoop.Split(rows, T, (_, first, end) => BackwardRows<Float32Element>(gradient, weights, T, start, length, scale, first, end));
    }

    private static void Rows<TElement>(byte* scores, int T, int start, int length, float scale, int first, int end)
        where TElement : struct, IElement
    {
        var memory = new float[T + 16];
        fixed (float* buffer = memory)
        {
            for (long m = first; m < end; m++)
            {
                var row = scores + m * T * TElement.Size;
                var seen = start + (int)(m % length) + 1;
                var largest = Vector512.Create(float.NegativeInfinity);
                for (var t = 0; t < seen; t += 16)
                {
                    var value = Unseen(TElement.Load(row, t, T - t), seen - t, float.NegativeInfinity);
                    value.Store(buffer + t);
                    largest = Vector512.MaxNative(largest, value);
                }

                var shift = Vector512.Create(-Exponential.Largest(largest) * scale);
                var sum = Vector512<float>.Zero;
                for (var t = 0; t < seen; t += 16)
                {
                    var value = Exponential.Of(Vector512.FusedMultiplyAdd(Vector512.Load(buffer + t), Vector512.Create(scale), shift));
                    value.Store(buffer + t);
                    sum += value;
                }

                var share = Vector512.Create(1 / Vector512.Sum(sum));
                for (var t = 0; t < T; t += 16)
                    TElement.Store(row, t, T - t, t < seen ? Vector512.Load(buffer + t) * share : Vector512<float>.Zero);
            }
        }
    }

    private static void BackwardRows<TElement>(byte* gradient, byte* weights, int T, int start, int length, float scale, int first, int end)
        where TElement : struct, IElement
    {
        for (long m = first; m < end; m++)
        {
            var dw = gradient + m * T * TElement.Size;
            var w = weights + m * T * TElement.Size;
            var seen = start + (int)(m % length) + 1;
            var product = Vector512<float>.Zero;
            // Weights are 0 behind the query, so that whole vectors may be summed.
            for (var t = 0; t < seen; t += 16)
                product = Vector512.FusedMultiplyAdd(TElement.Load(dw, t, T - t), TElement.Load(w, t, T - t), product);
            var mean = Vector512.Create(Vector512.Sum(product));
            for (var t = 0; t < T; t += 16)
            {
                TElement.Store(dw, t, T - t, t < seen
                    ? TElement.Load(w, t, T - t) * (TElement.Load(dw, t, T - t) - mean) * Vector512.Create(scale)
                    : Vector512<float>.Zero);
            }
        }
    }

    private static Vector512<float> Unseen(Vector512<float> values, int seen, float value) => seen >= 16
        ? values
        : Vector512.ConditionalSelect(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(seen)).AsSingle(), values, Vector512.Create(value));
}
