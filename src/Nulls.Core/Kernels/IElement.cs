using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nulls.Kernels;

/// <summary>A type of tensor elements, read and written as 32-bit numbers, sixteen at a time.</summary>
internal unsafe interface IElement
{
    static abstract int Size { get; }

    /// <summary>Reads sixteen numbers, or the last few of a row with zeros behind.</summary>
    /// <param name="row">The first element.</param>
    /// <param name="index">The first to read.</param>
    /// <param name="left">How many there are from there on.</param>
    static abstract Vector512<float> Load(byte* row, int index, int left);

    /// <summary>Reads one number.</summary>
    static abstract float LoadOne(byte* row, int index);

    /// <summary>Writes sixteen numbers, or the last few of a row.</summary>
    static abstract void Store(byte* row, int index, int left, Vector512<float> values);
}

internal readonly unsafe struct Float32Element : IElement
{
    public static int Size => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* row, int index, int left) =>
        left >= 16 ? Vector512.Load((float*)row + index) : LoadEnd((float*)row + index, left);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* row, int index) => ((float*)row)[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* row, int index, int left, Vector512<float> values)
    {
        if (left >= 16)
            values.Store((float*)row + index);
        else
            StoreEnd((float*)row + index, left, values);
    }

    private static Vector512<float> LoadEnd(float* end, int left)
    {
        if (Avx512F.IsSupported)
            return Avx512F.MaskLoad(end, Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(left)).AsSingle(), Vector512<float>.Zero);
        var values = Vector512<float>.Zero;
        for (var i = 0; i < left; i++)
            values = values.WithElement(i, end[i]);
        return values;
    }

    private static void StoreEnd(float* end, int left, Vector512<float> values)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.MaskStore(end, Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(left)).AsSingle(), values);
            return;
        }

        for (var i = 0; i < left; i++)
            end[i] = values[i];
    }
}

internal readonly unsafe struct BFloat16Element : IElement
{
    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* row, int index, int left) =>
        left >= 16 ? Widen(Vector256.Load((ushort*)row + index)) : LoadEnd((ushort*)row + index, left);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float LoadOne(byte* row, int index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)row)[index] << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* row, int index, int left, Vector512<float> values)
    {
        if (left >= 16)
            Narrow(values).Store((ushort*)row + index);
        else
            StoreEnd((ushort*)row + index, left, values);
    }

    // bfloat16 is the upper half of a 32-bit number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widen(Vector256<ushort> values)
    {
        if (Avx512F.IsSupported)
            return Vector512.ShiftLeft(Avx512F.ConvertToVector512UInt32(values), 16).AsSingle();
        var (lower, upper) = Vector256.Widen(values);
        return Vector512.ShiftLeft(Vector512.Create(lower, upper), 16).AsSingle();
    }

    // Rounds to the nearest, ties to even. A not-a-number of the processor keeps its upper half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Narrow(Vector512<float> values)
    {
        var bits = values.AsUInt32();
        var odd = Vector512.ShiftRightLogical(bits, 16) & Vector512.Create(1u);
        var rounded = Vector512.ShiftRightLogical(bits + Vector512.Create(0x7FFFu) + odd, 16);
        return Avx512F.IsSupported ? Avx512F.ConvertToVector256UInt16(rounded) : Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
    }

    private static Vector512<float> LoadEnd(ushort* end, int left)
    {
        if (Avx512BW.VL.IsSupported)
            return Widen(Avx512BW.VL.MaskLoad(end, FirstOf(left), Vector256<ushort>.Zero));
        var values = Vector256<ushort>.Zero;
        for (var i = 0; i < left; i++)
            values = values.WithElement(i, end[i]);
        return Widen(values);
    }

    private static void StoreEnd(ushort* end, int left, Vector512<float> values)
    {
        var narrow = Narrow(values);
        if (Avx512BW.VL.IsSupported)
        {
            Avx512BW.VL.MaskStore(end, FirstOf(left), narrow);
            return;
        }

        for (var i = 0; i < left; i++)
            end[i] = narrow[i];
    }

    private static Vector256<ushort> FirstOf(int left) => Vector256.LessThan(Vector256<short>.Indices, Vector256.Create((short)left)).AsUInt16();
}
