using System.Globalization;
using static TorchSharp.torch;

namespace Nulls.Tests.Support;

/// <summary>Compares tensors element by element; a failure prints the first index that differs, both values there, and the worst error.</summary>
internal static class TensorAssert
{
    public static void Equal(Tensor expected, Tensor actual, Tolerance tolerance = default, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        var label = name ?? "tensor";
        if (!expected.shape.SequenceEqual(actual.shape))
            Assert.Fail($"{label}: expected shape [{Join(expected.shape)}], got [{Join(actual.shape)}].");
        Equal(Values(expected), Values(actual), tolerance, label, expected.shape);
    }

    /// <summary>Compares with the values that an oracle gave, in row-major order.</summary>
    public static void Equal(IReadOnlyList<double> expected, Tensor actual, Tolerance tolerance = default, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(actual);
        var label = name ?? "tensor";
        if (expected.Count != actual.numel())
            Assert.Fail($"{label}: expected {expected.Count} elements, got shape [{Join(actual.shape)}].");
        Equal(expected, Values(actual), tolerance, label, actual.shape);
    }

    private static void Equal(IReadOnlyList<double> expected, double[] actual, Tolerance tolerance, string label, long[] shape)
    {
        var wrong = 0;
        int first = -1, worst = 0;
        var worstError = -1.0;
        for (var i = 0; i < actual.Length; i++)
        {
            var error = Math.Abs(actual[i] - expected[i]);
            if (error > worstError || double.IsNaN(error))
                (worst, worstError) = (i, error);
            if (tolerance.Allows(expected[i], actual[i]))
                continue;
            wrong++;
            if (first < 0)
                first = i;
        }

        if (wrong > 0)
        {
            Assert.Fail(string.Create(CultureInfo.InvariantCulture,
                $"{label}: {wrong} of {actual.Length} elements differ beyond {tolerance}. First at [{Index(first, shape)}]: expected {expected[first]:R}, got {actual[first]:R}. " +
                $"Worst at [{Index(worst, shape)}]: expected {expected[worst]:R}, got {actual[worst]:R}, error {worstError:G3}."));
        }
    }

    private static double[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return tensor.detach().to(CPU).to(ScalarType.Float64).contiguous().data<double>().ToArray();
    }

    private static string Index(int position, long[] shape)
    {
        var index = new long[shape.Length];
        long left = position;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
            (left, index[axis]) = Math.DivRem(left, shape[axis]);
        return Join(index);
    }

    private static string Join(long[] numbers) => string.Join(", ", numbers);
}
