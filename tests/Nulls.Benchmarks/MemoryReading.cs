using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nulls.Inference;

namespace Nulls.Benchmarks;

/// <summary>Reads memory as fast as it can be read: sums an array that no cache holds, on the threads of a <see cref="ThreadTeam"/>.</summary>
internal sealed unsafe class MemoryReading : IDisposable
{
    public const long ByteCount = 1L << 30;

    private const int Step = 128;

    private readonly float* _numbers;
    private readonly ThreadTeam _team;
    private readonly float[] _sums;

    public MemoryReading(int threadCount)
    {
        _numbers = (float*)NativeMemory.AlignedAlloc((nuint)ByteCount, 64);
        // Written, or every page would be the same page of zeros.
        for (var i = 0L; i < ByteCount / sizeof(float); i++)
            _numbers[i] = i % 7;
        _team = new ThreadTeam(threadCount);
        _sums = new float[threadCount];
    }

    public void Run() => _team.Run(thread =>
    {
        var count = ByteCount / sizeof(float) / _team.Count / Step * Step;
        _sums[thread] = Sum(_numbers + (thread * count), count);
    });

    public void Dispose()
    {
        _team.Dispose();
        NativeMemory.AlignedFree(_numbers);
    }

    private static float Sum(float* numbers, long count)
    {
        Vector512<float> a = Vector512<float>.Zero, b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        for (var i = 0L; i < count; i += Step)
        {
            a += Vector512.Load(numbers + i);
            b += Vector512.Load(numbers + i + 16);
            c += Vector512.Load(numbers + i + 32);
            d += Vector512.Load(numbers + i + 48);
            e += Vector512.Load(numbers + i + 64);
            f += Vector512.Load(numbers + i + 80);
            g += Vector512.Load(numbers + i + 96);
            h += Vector512.Load(numbers + i + 112);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h);
    }
}
