using System.Runtime.InteropServices;

namespace Nulls.Inference;

/// <summary>Rows of 32-bit numbers outside the managed heap, each beginning on a cache line, zero at first.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    // A row is filled up to whole cache lines, and to whole steps of a kernel, so that vectors may run over its end.
    private const int Step = 32;

    private float* _first;

    public NativeFloats(int rowCount, int length)
    {
        Stride = (length + Step - 1) / Step * Step;
        var bytes = (nuint)rowCount * (nuint)Stride * sizeof(float);
        _first = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(_first, bytes);
    }

    /// <summary>Gets the numbers from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>Gets the first row.</summary>
    public float* First => _first;

    public float* Row(int row) => _first + ((nint)row * Stride);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_first);
        _first = null;
    }
}
