using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Nulls.Distributed;

/// <summary>One process by itself: whatever ranks would exchange is there already.</summary>
internal sealed class SingleProcess : ICollective
{
    public int Rank => 0;

    public int Size => 1;

    public long SharedByteCount => 0;

    public void Barrier()
    {
    }

    public byte[] Broadcast(byte[] bytes) => bytes;

    public void Broadcast(Tensor tensor)
    {
    }

    public void Sum(Tensor tensor)
    {
    }

    public int[][] Gather(ReadOnlySpan<int> numbers) => [numbers.ToArray()];

    [DoesNotReturn]
    public void Abort(string reason) => throw new InvalidOperationException(reason);
}
