using Nulls.Sinks;

namespace Nulls.Benchmarks;

/// <summary>How apart the sinks of an allocation's sources are, by looking at all of them.</summary>
internal static class MaskReview
{
    /// <summary>The least number of distinct masks among the sources of these indices: that of distinct 64-bit hashes of them.</summary>
    public static int DistinctCount(SinkAllocation allocation, int sourceCount)
    {
        var hashes = new ulong[sourceCount];
        for (var source = 0; source < sourceCount; source++)
        {
            var hash = 14695981039346656037;
            foreach (var sink in allocation.Allocate(source))
                hash = (hash ^ (uint)sink) * 0x9E3779B97F4A7C15 ^ hash >> 29;
            hashes[source] = hash;
        }

        Array.Sort(hashes);
        var distinct = sourceCount == 0 ? 0 : 1;
        for (var i = 1; i < hashes.Length; i++)
            distinct += hashes[i] == hashes[i - 1] ? 0 : 1;
        return distinct;
    }

    /// <summary>The most sinks, and the mean number, that two different sources of random pairs share.</summary>
    public static (int Most, double Mean) Overlap(Func<int, SinkSet> sinksOf, int sourceCount, int pairCount)
    {
        var random = new Random(1);
        var (most, sum) = (0, 0L);
        for (var pair = 0; pair < pairCount;)
        {
            int left = random.Next(sourceCount), right = random.Next(sourceCount);
            if (left == right)
                continue;
            var shared = sinksOf(left).Overlap(sinksOf(right));
            most = Math.Max(most, shared);
            sum += shared;
            pair++;
        }

        return (most, (double)sum / pairCount);
    }
}
