using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Kernels;

/// <summary>Cross entropy of rows of logits, which it turns into their gradient; 32-bit inside.</summary>
internal static unsafe class CrossEntropyKernel
{
    /// <summary>The loss of each row. The logits become the gradient of the weighted sum of the losses, in their own type.</summary>
    /// <param name="logits_nV">The logits; changed.</param>
    /// <param name="targets_n">The right column of each row.</param>
    /// <param name="weights_n">The weight of each row's loss, in 32 bits.</param>
    /// <returns>The losses in 32 bits, and the gradient.</returns>
    public static (Tensor Losses_n, Tensor Gradient_nV) Run(Tensor logits_nV, Tensor targets_n, Tensor weights_n)
    {
        if (!KernelLoop.Runs(logits_nV))
            return OnTorch(logits_nV, targets_n, weights_n);

        var (rows, V) = ((int)logits_nV.shape[0], (int)logits_nV.shape[1]);
        var losses_n = empty(rows, ScalarType.Float32);
        var logits = KernelLoop.Start(logits_nV);
        var targets = (long*)KernelLoop.Start(targets_n);
        var weights = (float*)KernelLoop.Start(weights_n);
        var losses = (float*)KernelLoop.Start(losses_n);
        if (logits_nV.dtype == ScalarType.BFloat16)
            KernelLoop.Split(rows, V, (_, first, end) => Rows<BFloat16Element>(logits, targets, weights, losses, V, first, end));
        else
            KernelLoop.Split(rows, V, (_, first, end) => Rows<Float32Element>(logits, targets, weights, losses, V, first, end));
        return (losses_n, logits_nV);
    }

    private static void Rows<T>(byte* logits, long* targets, float* weights, float* losses, int V, int first, int end)
        where T : struct, IElement
    {
        var buffer = new float[V + 16];
        fixed (float* values = buffer)
        {
            for (var n = first; n < end; n++)
            {
                var row = logits + (long)n * V * T.Size;
                var largest = Vector512.Create(float.NegativeInfinity);
                for (var v = 0; v < V; v += 16)
                {
                    var value = T.Load(row, v, V - v);
                    // What lies behind the row's end counts for nothing.
                    if (V - v < 16)
                        value = Vector512.ConditionalSelect(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(V - v)).AsSingle(), value, Vector512.Create(float.NegativeInfinity));
                    value.Store(values + v);
                    largest = Vector512.MaxNative(largest, value);
                }

                var shift = Exponential.Largest(largest);
                var target = values[targets[n]];
                var sum = Vector512<float>.Zero;
                for (var v = 0; v < V; v += 16)
                {
                    var value = Exponential.Of(Vector512.Load(values + v) - Vector512.Create(shift));
                    value.Store(values + v);
                    sum += value;
                }

                // The gradient by the logits: the probabilities, less 1 at the target.
                var total = Vector512.Sum(sum);
                losses[n] = MathF.Log(total) + shift - target;
                values[targets[n]] -= total;
                var scale = Vector512.Create(weights[n] / total);
                for (var v = 0; v < V; v += 16)
                    T.Store(row, v, V - v, Vector512.Load(values + v) * scale);
            }
        }
    }

    private static (Tensor Losses_n, Tensor Gradient_nV) OnTorch(Tensor logits_nV, Tensor targets_n, Tensor weights_n)
    {
        var targets_n1 = targets_n.unsqueeze(1);
        var weights_n1 = weights_n.unsqueeze(1);
        var exact_nV = logits_nV.to(ScalarType.Float32);
        var normaliser_n1 = exact_nV.logsumexp(1, keepdim: true);
        var losses_n = normaliser_n1.sub(exact_nV.gather(1, targets_n1)).squeeze(1);
        var gradient_nV = exact_nV.sub_(normaliser_n1).exp_().mul_(weights_n1);
        gradient_nV.scatter_add_(1, targets_n1, weights_n1.neg());
        return (losses_n, gradient_nV.to(logits_nV.dtype));
    }
}
