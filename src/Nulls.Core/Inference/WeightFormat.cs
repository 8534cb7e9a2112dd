using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nulls.Inference;

/// <summary>How a number of a matrix or a cache lies in memory. Kernels are generic over it, and so compiled for each.</summary>
internal unsafe interface IWeightFormat
{
    /// <summary>Gets the bytes of a number.</summary>
    static abstract int Size { get; }

    /// <summary>Reads 16 numbers, from the one at <paramref name="index"/> on.</summary>
    static abstract Vector512<float> Load(byte* numbers, nint index);

    /// <summary>Reads one number.</summary>
    static abstract float LoadOne(byte* numbers, nint index);

    /// <summary>Writes one number, rounded to the nearest.</summary>
    static abstract void Store(byte* numbers, nint index, float value);
}

/// <summary>32-bit floating point.</summary>
internal readonly unsafe struct Float32Format : IWeightFormat
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* numbers, nint index) => Vector512.Load((float*)numbers + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* numbers, nint index) => ((float*)numbers)[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* numbers, nint index, float value) => ((float*)numbers)[index] = value;
}

/// <summary>bfloat16: the upper half of a 32-bit number.</summary>
internal readonly unsafe struct BFloat16Format : IWeightFormat
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* numbers, nint index)
    {
        var (lower, upper) = Vector256.Widen(Vector256.Load((ushort*)numbers + index));
        return Vector512.ShiftLeft(Vector512.Create(lower, upper), 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* numbers, nint index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)numbers)[index] << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* numbers, nint index, float value)
    {
        // To the nearest, of two equally near to the even one; what is no number stays none.
        var bits = BitConverter.SingleToUInt32Bits(value);
        ((ushort*)numbers)[index] = float.IsNaN(value) ? (ushort)0x7fc0 : (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}
