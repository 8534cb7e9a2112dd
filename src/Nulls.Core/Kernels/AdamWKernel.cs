using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Nulls.Kernels;

/// <summary>What AdamW does to one parameter with one gradient.</summary>
/// <param name="Decay">What the parameter is multiplied by.</param>
/// <param name="Beta1">The share of the mean that stays.</param>
/// <param name="Beta2">The share of the mean square that stays.</param>
/// <param name="StepSize">The learning rate by the bias of the mean.</param>
/// <param name="SquareScale">1 by the root of the bias of the mean square.</param>
/// <param name="Epsilon">Added to the root of the mean square.</param>
/// <param name="GradientScale">What the gradient is multiplied by first.</param>
internal readonly record struct AdamWNumbers(
    float Decay, float Beta1, float Beta2, float StepSize, float SquareScale, float Epsilon, float GradientScale);

/// <summary>AdamW and the norm that clips, each in one pass over memory; the step leaves the gradient at 0.</summary>
internal static unsafe class AdamWKernel
{
    // A sum of so few squares is exact enough in 32 bits. As blocks do not depend on threads, nor do the sums' bits.
    private const int Block = 1 << 12;

    /// <summary>The sum of the squares of a contiguous tensor of 32-bit numbers.</summary>
    public static double SumOfSquares(Tensor values)
    {
        var count = values.numel();
        var start = (float*)KernelLoop.Start(values);
        var sums = new double[(count + Block - 1) / Block];
        KernelLoop.Split(sums.Length, Block, (_, first, end) =>
        {
            for (var block = first; block < end; block++)
                sums[block] = SumOfBlock(start + (long)block * Block, (int)Math.Min(Block, count - (long)block * Block));
        });
        var total = 0.0;
        foreach (var sum in sums)
            total += sum;
        return total;
    }

    /// <summary>Moves a parameter against its gradient, and clears the gradient.</summary>
    /// <param name="parameter">The parameter; as all others, contiguous and of 32-bit numbers.</param>
    /// <param name="gradient">The gradient.</param>
    /// <param name="mean">The running mean of gradients.</param>
    /// <param name="square">The running mean of their squares.</param>
    /// <param name="numbers">How.</param>
    public static void Step(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamWNumbers numbers)
    {
        var count = parameter.numel();
        byte* p = KernelLoop.Start(parameter), g = KernelLoop.Start(gradient), m = KernelLoop.Start(mean), v = KernelLoop.Start(square);
        KernelLoop.Split((int)((count + Block - 1) / Block), Block, (_, first, end) =>
        {
            for (var block = first; block < end; block++)
            {
                var offset = (long)block * Block * sizeof(float);
                StepBlock(p + offset, g + offset, m + offset, v + offset, (int)Math.Min(Block, count - (long)block * Block), numbers);
            }
        });
    }

    private static double SumOfBlock(float* values, int count)
    {
        Vector512<float> a = Vector512<float>.Zero, b = a;
        var i = 0;
        for (; i + 32 <= count; i += 32)
        {
            var (x, y) = (Vector512.Load(values + i), Vector512.Load(values + i + 16));
            a = Vector512.FusedMultiplyAdd(x, x, a);
            b = Vector512.FusedMultiplyAdd(y, y, b);
        }

        for (; i < count; i += 16)
        {
            var x = Float32Element.Load((byte*)values, i, count - i);
            a = Vector512.FusedMultiplyAdd(x, x, a);
        }

        var (lower, upper) = Vector512.Widen(a + b);
        return Vector512.Sum(lower + upper);
    }

    private static void StepBlock(byte* p, byte* g, byte* m, byte* v, int count, AdamWNumbers numbers)
    {
        var (decay, beta1, beta2) = (Vector512.Create(numbers.Decay), Vector512.Create(numbers.Beta1), Vector512.Create(numbers.Beta2));
        var (new1, new2) = (Vector512.Create(1 - numbers.Beta1), Vector512.Create(1 - numbers.Beta2));
        var (size, squareScale, epsilon) = (Vector512.Create(-numbers.StepSize), Vector512.Create(numbers.SquareScale), Vector512.Create(numbers.Epsilon));
        var scale = Vector512.Create(numbers.GradientScale);
        for (var i = 0; i < count; i += 16)
        {
            var left = count - i;
            var gradient = Float32Element.Load(g, i, left) * scale;
            var mean = Vector512.FusedMultiplyAdd(gradient, new1, Float32Element.Load(m, i, left) * beta1);
            var square = Vector512.FusedMultiplyAdd(gradient * gradient, new2, Float32Element.Load(v, i, left) * beta2);
            var divisor = Vector512.FusedMultiplyAdd(Vector512.Sqrt(square), squareScale, epsilon);
            var parameter = Vector512.FusedMultiplyAdd(size, mean / divisor, Float32Element.Load(p, i, left) * decay);
            Float32Element.Store(p, i, left, parameter);
            Float32Element.Store(m, i, left, mean);
            Float32Element.Store(v, i, left, square);
            Float32Element.Store(g, i, left, Vector512<float>.Zero);
        }
    }
}
