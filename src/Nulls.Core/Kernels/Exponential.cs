using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nulls.Kernels;

/// <summary>The exponential of sixteen 32-bit numbers, which .NET's own computes in 64 bits.</summary>
internal static class Exponential
{
    // 2^n with a smaller n is 0 in 32 bits, and with a larger one infinite.
    private const float Least = -104;
    private const float Most = 89;

    // ln 2 in two parts, so that n times the first is exact.
    private const float Ln2Upper = 0.693359375f;
    private const float Ln2Lower = -2.12194440e-4f;

    /// <summary>e^x, within 2 units of the last place; not a number of such, 0 of minus infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        if (!Avx512F.IsSupported)
            return Vector512.Exp(x);

        // The second operand is what these return where one is not a number.
        x = Avx512F.Min(Vector512.Create(Most), Avx512F.Max(Vector512.Create(Least), x));
        // e^x = 2^n e^r, of which r is at most ln 2 / 2; the polynomial is Cephes' expf.
        var n = Avx512F.RoundScale(x * Vector512.Create(1.44269504088896341f), 0);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Upper), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Lower), r);
        var p = Vector512.FusedMultiplyAdd(Vector512.Create(1.9875691500e-4f), r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;
        return Avx512F.Scale(p, n);
    }

    /// <summary>The largest of sixteen numbers.</summary>
    public static float Largest(Vector512<float> values)
    {
        var half = Vector256.Max(values.GetLower(), values.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
    }
}
