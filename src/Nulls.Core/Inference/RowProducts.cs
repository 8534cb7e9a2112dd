using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Nulls.Kernels;

namespace Nulls.Inference;

/// <summary>Products of a matrix with one or a few vectors, at the speed at which memory gives the matrix.</summary>
/// <typeparam name="TElement">The numbers of the matrix. Vectors and sums are 32-bit.</typeparam>
internal static unsafe class RowProducts<TElement>
    where TElement : struct, IElement
{
    private const int Step = 32;

    // Rows follow each other in memory, so what lies this far ahead is needed soon. Measured: without it a core reads bfloat16 at
    // three quarters of its bandwidth, because converting fills the window in which it looks ahead itself.
    private const int BytesAhead = 8192;

    // As many sums as there are vector registers to keep them in.
    private const int VectorsAtOnce = 4;

    /// <summary>y[b][r] = row r of the matrix times x[b], for rows from <paramref name="from"/> to before <paramref name="to"/>.</summary>
    /// <param name="matrix">The first row.</param>
    /// <param name="length">The numbers of a row, and of a vector.</param>
    /// <param name="from">The first row to multiply.</param>
    /// <param name="to">The row behind the last.</param>
    /// <param name="x">The first vector.</param>
    /// <param name="count">The number of vectors.</param>
    /// <param name="xStride">From one vector to the next.</param>
    /// <param name="y">The first result vector.</param>
    /// <param name="yStride">From one result vector to the next.</param>
    public static void Multiply(byte* matrix, int length, int from, int to, float* x, int count, nint xStride, float* y, nint yStride)
    {
        var bytes = (nint)length * TElement.Size;
        for (var r = from; r < to; r += 2)
        {
            var row = matrix + (r * bytes);
            var isPair = r + 1 < to;
            var b = 0;
            for (; isPair && b + VectorsAtOnce <= count; b += VectorsAtOnce)
                TwoRows(row, row + bytes, length, x + (b * xStride), xStride, y + (b * yStride) + r, yStride);
            for (; b < count; b++)
            {
                y[(b * yStride) + r] = OneRow(row, length, x + (b * xStride));
                if (isPair)
                    y[(b * yStride) + r + 1] = OneRow(row + bytes, length, x + (b * xStride));
            }
        }
    }

    /// <summary>y = the sum of rows weighted by <paramref name="weights"/>.</summary>
    public static void WeightedSum(byte* matrix, int length, int rowCount, float* weights, float* y)
    {
        var bytes = (nint)length * TElement.Size;
        var i = 0;
        for (; i + Step <= length; i += Step)
        {
            Vector512<float> sum0 = Vector512<float>.Zero, sum1 = Vector512<float>.Zero;
            var row = matrix;
            for (var r = 0; r < rowCount; r++, row += bytes)
            {
                var weight = Vector512.Create(weights[r]);
                sum0 = Vector512.FusedMultiplyAdd(TElement.Load(row, i, 16), weight, sum0);
                sum1 = Vector512.FusedMultiplyAdd(TElement.Load(row, i + 16, 16), weight, sum1);
            }

            sum0.Store(y + i);
            sum1.Store(y + i + 16);
        }

        for (; i < length; i++)
        {
            var sum = 0f;
            for (var r = 0; r < rowCount; r++)
                sum += TElement.LoadOne(matrix + (r * bytes), i) * weights[r];
            y[i] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float OneRow(byte* row, int length, float* x)
    {
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = Vector512<float>.Zero;
        var i = 0;
        for (; i + Step <= length; i += Step)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(row + ((nint)i * TElement.Size) + BytesAhead);
                if (TElement.Size == sizeof(float))
                    Sse.Prefetch0(row + ((nint)i * TElement.Size) + BytesAhead + 64);
            }

            sum0 = Vector512.FusedMultiplyAdd(TElement.Load(row, i, 16), Vector512.Load(x + i), sum0);
            sum1 = Vector512.FusedMultiplyAdd(TElement.Load(row, i + 16, 16), Vector512.Load(x + i + 16), sum1);
        }

        if (i + 16 <= length)
        {
            sum0 = Vector512.FusedMultiplyAdd(TElement.Load(row, i, 16), Vector512.Load(x + i), sum0);
            i += 16;
        }

        var sum = Vector512.Sum(sum0 + sum1);
        for (; i < length; i++)
            sum += TElement.LoadOne(row, i) * x[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRows(byte* row0, byte* row1, int length, float* x, nint xStride, float* y, nint yStride)
    {
        float* x0 = x, x1 = x + xStride, x2 = x + (2 * xStride), x3 = x + (3 * xStride);
        Vector512<float> a0 = Vector512<float>.Zero, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        var i = 0;
        for (; i + 16 <= length; i += 16)
        {
            var (w0, w1) = (TElement.Load(row0, i, 16), TElement.Load(row1, i, 16));
            var v = Vector512.Load(x0 + i);
            a0 = Vector512.FusedMultiplyAdd(w0, v, a0);
            b0 = Vector512.FusedMultiplyAdd(w1, v, b0);
            v = Vector512.Load(x1 + i);
            a1 = Vector512.FusedMultiplyAdd(w0, v, a1);
            b1 = Vector512.FusedMultiplyAdd(w1, v, b1);
            v = Vector512.Load(x2 + i);
            a2 = Vector512.FusedMultiplyAdd(w0, v, a2);
            b2 = Vector512.FusedMultiplyAdd(w1, v, b2);
            v = Vector512.Load(x3 + i);
            a3 = Vector512.FusedMultiplyAdd(w0, v, a3);
            b3 = Vector512.FusedMultiplyAdd(w1, v, b3);
        }

        Finish(row0, i, length, x0, x1, x2, x3, a0, a1, a2, a3, y, yStride);
        Finish(row1, i, length, x0, x1, x2, x3, b0, b1, b2, b3, y + 1, yStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        byte* row, int i, int length, float* x0, float* x1, float* x2, float* x3,
        Vector512<float> sum0, Vector512<float> sum1, Vector512<float> sum2, Vector512<float> sum3, float* y, nint yStride)
    {
        float y0 = Vector512.Sum(sum0), y1 = Vector512.Sum(sum1), y2 = Vector512.Sum(sum2), y3 = Vector512.Sum(sum3);
        for (; i < length; i++)
        {
            var weight = TElement.LoadOne(row, i);
            y0 += weight * x0[i];
            y1 += weight * x1[i];
            y2 += weight * x2[i];
            y3 += weight * x3[i];
        }

        (y[0], y[yStride], y[2 * yStride], y[3 * yStride]) = (y0, y1, y2, y3);
    }
}
