using System.Text.Json;
using Nulls.Distributed;
using static TorchSharp.torch;

namespace Nulls.RanksApp;

/// <summary>Every collective once, with numbers that differ by rank.</summary>
internal static class Collectives
{
    public static void Run(string folder)
    {
        var ranks = DataParallel.Ranks;
        var threadCount = CoreShare.Of(ranks);
        var start = ranks.SharedByteCount;

        var bytes = ranks.Broadcast([.. Enumerable.Range(ranks.Rank + 1, 2 + ranks.Rank).Select(number => (byte)number)]);
        using var broadcast = arange(5, ScalarType.Int64).add(ranks.Rank);
        ranks.Broadcast(broadcast);

        // Uneven on purpose: the sum's order shows in its bits.
        using var sum = arange(100_003, ScalarType.Float32) / tensor(3f + ranks.Rank);
        ranks.Sum(sum);
        using var none = empty(0);
        ranks.Sum(none);

        var gathered = ranks.Gather([.. Enumerable.Range(10 * ranks.Rank, ranks.Rank)]);
        ranks.Barrier();
        var result = new Result(
            DataParallel.Rank, ranks.Size, threadCount, bytes, broadcast.data<long>().ToArray(), sum.data<float>().ToArray(), gathered, ranks.SharedByteCount - start, CatchesNull());
        File.WriteAllText(Path.Combine(folder, $"rank-{ranks.Rank}.json"), JsonSerializer.Serialize(result));
    }

    // .NET sees such uses by a signal, for which MPI has a handler of its own.
    private static bool CatchesNull()
    {
        string? nothing = Environment.GetEnvironmentVariable("a variable that nobody sets");
        try
        {
            return nothing!.Length > 0;
        }
        catch (NullReferenceException)
        {
            return true;
        }
    }

    internal sealed record Result(int Rank, int Size, int ThreadCount, byte[] Broadcast, long[] BroadcastTensor, float[] Sum, int[][] Gathered, long SharedByteCount, bool CatchesNull);
}
