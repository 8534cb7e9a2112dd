using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Nulls.Distributed;

/// <summary>What the ranks of a data-parallel job do together. Every rank makes the same calls in the same order, one thread at a time.</summary>
internal interface ICollective
{
    /// <summary>Gets this process's number, from 0 to below <see cref="Size"/>. Rank 0 reports and writes.</summary>
    int Rank { get; }

    /// <summary>Gets the number of processes.</summary>
    int Size { get; }

    /// <summary>Gets the bytes of this rank's own values that took part so far; what the implementation makes of them is its own affair.</summary>
    long SharedByteCount { get; }

    /// <summary>Waits until every rank is here.</summary>
    void Barrier();

    /// <summary>Returns the bytes of rank 0. Those of the other ranks do not matter.</summary>
    byte[] Broadcast(byte[] bytes);

    /// <summary>Gives every rank the values of rank 0, in place.</summary>
    /// <param name="tensor">Contiguous, of the same size and type on every rank; on any device.</param>
    void Broadcast(Tensor tensor);

    /// <summary>Gives every rank the sum over all ranks, in place and with the same bits. Same number of ranks, same bits.</summary>
    /// <param name="tensor">32-bit, contiguous, of the same size on every rank; on any device.</param>
    void Sum(Tensor tensor);

    /// <summary>Returns every rank's numbers, in the order of ranks. Their count may differ between ranks.</summary>
    int[][] Gather(ReadOnlySpan<int> numbers);

    /// <summary>Says on the error stream why this rank cannot go on, and ends the processes of all ranks.</summary>
    [DoesNotReturn]
    void Abort(string reason);
}
