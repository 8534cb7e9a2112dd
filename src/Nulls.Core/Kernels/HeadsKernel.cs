using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Kernels;

/// <summary>Moves heads between token rows [n, A K] and blocks [B, heads, T, K] of B sequences of up to T tokens, turning them by their positions on the way.</summary>
internal static unsafe class HeadsKernel
{
    /// <summary>Copies some heads of each row to a block. Places behind the end of a sequence hold zeros.</summary>
    /// <param name="rows_nA">The rows of the sequences' tokens, end to end.</param>
    /// <param name="lengths">The tokens of each of the B sequences.</param>
    /// <param name="firstHead">The first of the row's heads to copy.</param>
    /// <param name="headCount">How many to copy.</param>
    /// <param name="headSize">K.</param>
    /// <param name="rotary">The cosines and sines [n, ..., K/2] of each row to turn by; null not to turn.</param>
    public static Tensor ToBlock(Tensor rows_nA, int[] lengths, int firstHead, int headCount, int headSize, (Tensor Cosine, Tensor Sine)? rotary)
    {
        var T = lengths.Max();
        var block_BHTK = lengths.All(length => length == T)
            ? empty([lengths.Length, headCount, T, headSize], rows_nA.dtype)
            : zeros([lengths.Length, headCount, T, headSize], rows_nA.dtype);
        Move(rows_nA, block_BHTK, lengths, firstHead, headCount, headSize, rotary, isToBlock: true);
        return block_BHTK;
    }

    /// <summary>Copies a block's heads to some of the heads of each row; with <paramref name="rotary"/>, turned back: the gradient of <see cref="ToBlock"/>.</summary>
    public static void ToRows(Tensor block_BHTK, Tensor rows_nA, int[] lengths, int firstHead, (Tensor Cosine, Tensor Sine)? rotary) =>
        Move(rows_nA, block_BHTK, lengths, firstHead, (int)block_BHTK.shape[1], (int)block_BHTK.shape[3], rotary, isToBlock: false);

    private static void Move(
        Tensor rows_nA, Tensor block_BHTK, int[] lengths, int firstHead, int headCount, int headSize, (Tensor Cosine, Tensor Sine)? rotary, bool isToBlock)
    {
        var rows = KernelLoop.Start(rows_nA);
        var block = KernelLoop.Start(block_BHTK);
        var cosine = rotary is null ? null : (float*)KernelLoop.Start(rotary.Value.Cosine);
        var sine = rotary is null ? null : (float*)KernelLoop.Start(rotary.Value.Sine);
        var rowLength = rows_nA.shape[1..].Aggregate((a, b) => a * b);
        var T = (int)block_BHTK.shape[2];
        var starts = new int[lengths.Length];
        for (var b = 1; b < starts.Length; b++)
            starts[b] = starts[b - 1] + lengths[b - 1];
        var isShort = rows_nA.dtype == ScalarType.BFloat16;
        KernelLoop.Split(lengths.Length, (long)headCount * T * headSize, (_, first, end) =>
        {
            for (var b = first; b < end; b++)
            {
                for (var t = 0; t < lengths[b]; t++)
                {
                    var n = starts[b] + t;
                    var c = cosine is null ? null : cosine + (long)n * (headSize / 2);
                    var s = sine is null ? null : sine + (long)n * (headSize / 2);
                    for (var h = 0; h < headCount; h++)
                    {
                        var (inRow, inBlock) = (n * rowLength + (long)(firstHead + h) * headSize, (((long)b * headCount + h) * T + t) * headSize);
                        if (isShort)
                            MoveHead<BFloat16Element>(rows + inRow * 2, block + inBlock * 2, c, s, headSize, isToBlock);
                        else
                            MoveHead<Float32Element>(rows + inRow * 4, block + inBlock * 4, c, s, headSize, isToBlock);
                    }
                }
            }
        });
    }

    private static void MoveHead<T>(byte* inRow, byte* inBlock, float* cosine, float* sine, int K, bool isToBlock)
        where T : struct, IElement
    {
        var from = isToBlock ? inRow : inBlock;
        var to = isToBlock ? inBlock : inRow;
        if (cosine is null)
        {
            Buffer.MemoryCopy(from, to, (long)K * T.Size, (long)K * T.Size);
            return;
        }

        // Half-split: dimension i turns with i + K/2 (arXiv:2104.09864).
        var k = K / 2;
        var fromUpper = from + (long)k * T.Size;
        var toUpper = to + (long)k * T.Size;
        for (var i = 0; i < k; i += 16)
        {
            var (x, y) = (T.Load(from, i, k - i), T.Load(fromUpper, i, k - i));
            var (c, s) = (Float32Element.Load((byte*)cosine, i, k - i), Float32Element.Load((byte*)sine, i, k - i));
            if (!isToBlock)
                s = -s;
            T.Store(to, i, k - i, x * c - y * s);
            T.Store(toUpper, i, k - i, y * c + x * s);
        }
    }
}
