using System.Runtime.Intrinsics;
using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Kernels;

/// <summary>Takes rows out of a pool in the type of the products, and adds their gradients to it in 32 bits, each in one pass.</summary>
internal static unsafe class PoolKernel
{
    /// <summary>Some rows of a pool, in another type.</summary>
    /// <param name="pool_PD">The pool, in 32 bits.</param>
    /// <param name="rows_n">The rows.</param>
    /// <param name="type">The type of the result, [n, D].</param>
    public static Tensor Gather(Tensor pool_PD, Tensor rows_n, ScalarType type)
    {
        if (type == ScalarType.Float32 || !KernelLoop.Runs(pool_PD))
        {
            using var gathered_nD = pool_PD.index_select(0, rows_n);
            return gathered_nD.to(type);
        }

        var (n, D) = ((int)rows_n.shape[0], (int)pool_PD.shape[1]);
        var result_nD = empty([n, D], type);
        var pool = KernelLoop.Start(pool_PD);
        var rows = (long*)KernelLoop.Start(rows_n);
        var result = KernelLoop.Start(result_nD);
        KernelLoop.Split(n, D, (_, first, end) =>
        {
            for (long i = first; i < end; i++)
            {
                byte* from = pool + rows[i] * D * Float32Element.Size, to = result + i * D * BFloat16Element.Size;
                for (var d = 0; d < D; d += 16)
                    BFloat16Element.Store(to, d, D - d, Float32Element.Load(from, d, D - d));
            }
        });
        return result_nD;
    }

    /// <summary>Adds gradients to rows of a pool's, one after another where a row occurs more than once.</summary>
    /// <param name="poolGradient_PD">The pool's gradient, in 32 bits.</param>
    /// <param name="rows_n">The rows.</param>
    /// <param name="gradient_nD">What to add, in any type.</param>
    public static void Add(Tensor poolGradient_PD, Tensor rows_n, Tensor gradient_nD)
    {
        if (gradient_nD.dtype != ScalarType.BFloat16 || !KernelLoop.Runs(poolGradient_PD))
        {
            using var exact_nD = gradient_nD.to(ScalarType.Float32);
            poolGradient_PD.index_add_(0, rows_n, exact_nD, LastingNumbers.One);
            return;
        }

        var (n, D) = ((int)rows_n.shape[0], (int)poolGradient_PD.shape[1]);
        var vectors = (D + 15) / 16;
        var pool = KernelLoop.Start(poolGradient_PD);
        var rows = (long*)KernelLoop.Start(rows_n);
        var gradient = KernelLoop.Start(gradient_nD);
        // Each thread has columns of its own, so that rows may repeat and every number of threads gives the same bits.
        KernelLoop.Split(vectors, n * 16L, (_, first, end) =>
        {
            for (long i = 0; i < n; i++)
            {
                byte* from = gradient + i * D * BFloat16Element.Size, to = pool + rows[i] * D * Float32Element.Size;
                for (var d = first * 16; d < Math.Min(D, end * 16); d += 16)
                    Float32Element.Store(to, d, D - d, Float32Element.Load(to, d, D - d) + BFloat16Element.Load(from, d, D - d));
            }
        });
    }
}
