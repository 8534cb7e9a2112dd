using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Kernels;

/// <summary>What kernels share: whether they run, where a tensor's elements are, and rows split over Torch's number of threads.</summary>
internal static unsafe class KernelLoop
{
    // Below this, starting a thread costs more than it saves.
    private const long ElementsPerThread = 1 << 15;

    /// <summary>Whether the kernels can work on a tensor: on the CPU, in 32 or 16 bits. All else runs as Torch's operations.</summary>
    public static bool Runs(Tensor tensor) => tensor.device_type == DeviceType.CPU && tensor.dtype is ScalarType.Float32 or ScalarType.BFloat16;

    /// <summary>The first element of a contiguous tensor.</summary>
    public static byte* Start(Tensor tensor) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    /// <summary>Runs parts of the rows, each on its own thread. The parts depend on the number of threads alone.</summary>
    /// <param name="rowCount">The rows.</param>
    /// <param name="rowLength">The elements of a row, which tell whether more threads are worth it.</param>
    /// <param name="run">Given a part's number, first row and end.</param>
    public static void Split(int rowCount, long rowLength, Action<int, int, int> run)
    {
        var parts = PartCount(rowCount, rowLength);
        if (parts == 1)
            run(0, 0, rowCount);
        else
            Parallel.For(0, parts, part => run(part, (int)((long)rowCount * part / parts), (int)((long)rowCount * (part + 1) / parts)));
    }

    /// <summary>The number of parts that <see cref="Split"/> makes.</summary>
    public static int PartCount(int rowCount, long rowLength) =>
        (int)Math.Clamp(Math.Min(get_num_threads(), rowCount * rowLength / ElementsPerThread), 1, Math.Max(rowCount, 1));
}
