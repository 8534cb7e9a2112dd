using System.Runtime.Intrinsics;
using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Kernels;

/// <summary>Adds to the residual stream and normalises it (arXiv:1910.07467), in one pass over memory, and the same backwards.</summary>
internal static unsafe class RmsNormKernel
{
    /// <summary>x + added, its norm, and the inverse root mean square of each row.</summary>
    /// <param name="x_ND">The residual stream, in 32 bits.</param>
    /// <param name="added_ND">What is added to it, in the type of the products; null for nothing.</param>
    /// <param name="weight_D">The weight.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="type">The type of the norm.</param>
    public static (Tensor Sum_ND, Tensor Norm_ND, Tensor Inverse_N) Forward(Tensor x_ND, Tensor? added_ND, Tensor weight_D, double epsilon, ScalarType type)
    {
        if (!KernelLoop.Runs(x_ND))
            return OnTorch(x_ND, added_ND, weight_D, epsilon, type);

        var (N, D) = ((int)x_ND.shape[0], (int)x_ND.shape[1]);
        var sum_ND = added_ND is null ? x_ND.alias() : empty_like(x_ND);
        var norm_ND = empty([N, D], type);
        var inverse_N = empty(N, ScalarType.Float32);
        var x = KernelLoop.Start(x_ND);
        var sum = KernelLoop.Start(sum_ND);
        var norm = KernelLoop.Start(norm_ND);
        var inverse = (float*)KernelLoop.Start(inverse_N);
        var weight = KernelLoop.Start(weight_D);
        var added = added_ND is null ? null : KernelLoop.Start(added_ND);
        if (type == ScalarType.BFloat16)
            KernelLoop.Split(N, D, (_, first, end) => Rows<BFloat16Element>(x, added, weight, sum, norm, inverse, D, (float)epsilon, first, end));
        else
            KernelLoop.Split(N, D, (_, first, end) => Rows<Float32Element>(x, added, weight, sum, norm, inverse, D, (float)epsilon, first, end));
        return (sum_ND, norm_ND, inverse_N);
    }

    /// <summary>Adds the gradient that comes through the norm to that of the residual stream.</summary>
    /// <param name="normGradient_ND">The gradient of the norm.</param>
    /// <param name="sum_ND">What was normalised.</param>
    /// <param name="inverse_N">As <see cref="Forward"/> returned it.</param>
    /// <param name="weight_D">The weight.</param>
    /// <param name="gradient_ND">The gradient of the stream behind, in 32 bits; changed to that of the stream before.</param>
    /// <param name="weightGradient_D">To which the weight's gradient is added; null to leave it out.</param>
    /// <returns>The new gradient in the type of the products.</returns>
    public static Tensor Backward(
        Tensor normGradient_ND, Tensor sum_ND, Tensor inverse_N, Tensor weight_D, Tensor gradient_ND, Tensor? weightGradient_D)
    {
        if (!KernelLoop.Runs(sum_ND))
            return BackwardOnTorch(normGradient_ND, sum_ND, inverse_N, weight_D, gradient_ND, weightGradient_D);

        var (N, D) = ((int)sum_ND.shape[0], (int)sum_ND.shape[1]);
        var cast_ND = empty_like(normGradient_ND);
        // One row of sums a thread, added in order, so that the same number of threads gives the same bits.
        using var partial_PD = zeros(KernelLoop.PartCount(N, D), D);
        var normGradient = KernelLoop.Start(normGradient_ND);
        var sum = KernelLoop.Start(sum_ND);
        var inverse = (float*)KernelLoop.Start(inverse_N);
        var weight = KernelLoop.Start(weight_D);
        var gradient = KernelLoop.Start(gradient_ND);
        var cast = KernelLoop.Start(cast_ND);
        var partial = KernelLoop.Start(partial_PD);
        if (normGradient_ND.dtype == ScalarType.BFloat16)
            KernelLoop.Split(N, D, (part, first, end) => BackwardRows<BFloat16Element>(normGradient, sum, inverse, weight, gradient, cast, partial + part * D * 4L, D, first, end));
        else
            KernelLoop.Split(N, D, (part, first, end) => BackwardRows<Float32Element>(normGradient, sum, inverse, weight, gradient, cast, partial + part * D * 4L, D, first, end));
        if (weightGradient_D is not null)
        {
            using var total_D = partial_PD.sum([0L]);
            weightGradient_D.add_(total_D, LastingNumbers.One);
        }

        return cast_ND;
    }

    private static void Rows<T>(byte* x, byte* added, byte* weight, byte* sum, byte* norm, float* inverse, int D, float epsilon, int first, int end)
        where T : struct, IElement
    {
        for (var n = first; n < end; n++)
        {
            var from = x + n * D * 4L;
            var to = sum + n * D * 4L;
            var squares = Vector512<float>.Zero;
            for (var d = 0; d < D; d += 16)
            {
                var value = Float32Element.Load(from, d, D - d);
                if (added is not null)
                {
                    value += T.Load(added + (long)n * D * T.Size, d, D - d);
                    Float32Element.Store(to, d, D - d, value);
                }

                squares = Vector512.FusedMultiplyAdd(value, value, squares);
            }

            inverse[n] = 1 / MathF.Sqrt(Vector512.Sum(squares) / D + epsilon);
            var scale = Vector512.Create(inverse[n]);
            for (var d = 0; d < D; d += 16)
                T.Store(norm + (long)n * D * T.Size, d, D - d, Float32Element.Load(to, d, D - d) * scale * Float32Element.Load(weight, d, D - d));
        }
    }

    // With r the inverse: dx = r w dy - x r^3 / D sum(x w dy), and dw = sum over rows of dy x r.
    private static void BackwardRows<T>(
        byte* normGradient, byte* sum, float* inverse, byte* weight, byte* gradient, byte* cast, byte* weightGradient, int D, int first, int end)
        where T : struct, IElement
    {
        for (var n = first; n < end; n++)
        {
            var dy = normGradient + (long)n * D * T.Size;
            var x = sum + n * D * 4L;
            var dx = gradient + n * D * 4L;
            var scale = Vector512.Create(inverse[n]);
            var product = Vector512<float>.Zero;
            for (var d = 0; d < D; d += 16)
            {
                var dyx = T.Load(dy, d, D - d) * Float32Element.Load(x, d, D - d);
                product = Vector512.FusedMultiplyAdd(dyx, Float32Element.Load(weight, d, D - d), product);
                Float32Element.Store(weightGradient, d, D - d, Vector512.FusedMultiplyAdd(dyx, scale, Float32Element.Load(weightGradient, d, D - d)));
            }

            var factor = Vector512.Create(-inverse[n] * inverse[n] * inverse[n] * Vector512.Sum(product) / D);
            for (var d = 0; d < D; d += 16)
            {
                var through = Vector512.FusedMultiplyAdd(
                    Float32Element.Load(x, d, D - d), factor, T.Load(dy, d, D - d) * Float32Element.Load(weight, d, D - d) * scale);
                var total = through + Float32Element.Load(dx, d, D - d);
                Float32Element.Store(dx, d, D - d, total);
                T.Store(cast + (long)n * D * T.Size, d, D - d, total);
            }
        }
    }

    private static (Tensor Sum_ND, Tensor Norm_ND, Tensor Inverse_N) OnTorch(Tensor x_ND, Tensor? added_ND, Tensor weight_D, double epsilon, ScalarType type)
    {
        using Scalar lasting = epsilon;
        var sum_ND = added_ND is null ? x_ND.alias() : x_ND.Plus(added_ND);
        var inverse_N1 = sum_ND.Squared().mean([-1], keepdim: true).add_(lasting, LastingNumbers.One).rsqrt_();
        return (sum_ND, (sum_ND * inverse_N1 * weight_D).to(type), inverse_N1.squeeze(1));
    }

    private static Tensor BackwardOnTorch(
        Tensor normGradient_ND, Tensor sum_ND, Tensor inverse_N, Tensor weight_D, Tensor gradient_ND, Tensor? weightGradient_D)
    {
        var inverse_N1 = inverse_N.unsqueeze(1);
        var unit_ND = sum_ND * inverse_N1;
        var dy_ND = normGradient_ND.to(ScalarType.Float32);
        weightGradient_D?.add_((dy_ND * unit_ND).sum([0L]), LastingNumbers.One);
        var scaled_ND = dy_ND * weight_D;
        gradient_ND.add_((scaled_ND - unit_ND * (scaled_ND * unit_ND).mean([-1], keepdim: true)) * inverse_N1, LastingNumbers.One);
        return gradient_ND.to(normGradient_ND.dtype);
    }
}
