namespace Nulls.Tests.Inference;

/// <summary>Compares what a scorer gives with an oracle's numbers.</summary>
internal static class Closeness
{
    // Log-probabilities are some units large, sums of 32 products in other orders apart.
    public const double Close = 2e-5;

    public static void AssertClose(double[] expected, IReadOnlyList<float> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(double.IsNaN(expected[i]) ? float.IsNaN(actual[i]) : Math.Abs(expected[i] - actual[i]) <= Close * (1 + Math.Abs(expected[i])), $"[{i}]: expected {expected[i]:R}, got {actual[i]:R}.");
    }

    public static void AssertClose(float[] expected, IReadOnlyList<float> actual) => AssertClose(Array.ConvertAll(expected, value => (double)value), actual);
}
