using Nulls.Inference;

namespace Nulls.Tests.Inference;

public class PostingsTests
{
    private const int SourceCount = 3_000;

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(1 << 20)]
    public void Every_list_is_found_with_all_its_postings_whatever_the_chunks(int mostChunkBytes)
    {
        var lists = RandomLists(seed: 1);
        var postings = Written(lists, mostChunkBytes);

        Assert.Equal(lists.Count, postings.TermCount);
        Assert.All(lists, list =>
        {
            Assert.True(postings.TryFind(list.Term, out var found));
            Assert.Equal((list.Frequency, list.Sources.Length), (found.Frequency, found.Count));
            Assert.Equal(list.Sources.Zip(list.Counts), found.All());
        });
    }

    [Fact]
    public void What_is_not_listed_is_not_found()
    {
        var lists = RandomLists(seed: 2);
        var postings = Written(lists, mostChunkBytes: 300);

        Assert.All(lists, list => Assert.False(postings.TryFind(list.Term + 1, out _)));
        Assert.All(lists, list => Assert.False(postings.TryFind(list.Term - 1, out _)));
        Assert.False(postings.TryFind(0, out _));
        Assert.False(postings.TryFind(ulong.MaxValue, out _));
    }

    [Fact]
    public void A_source_is_found_in_a_list_of_many_blocks()
    {
        var (sources, counts) = (new int[PostingList.BlockLength], new ushort[PostingList.BlockLength]);
        foreach (var list in RandomLists(seed: 3).Where(list => list.Sources.Length > 2 * PostingList.BlockLength))
        {
            Assert.True(Written([list], 1 << 20).TryFind(list.Term, out var found));
            var expected = list.Sources.Zip(list.Counts).ToDictionary(pair => pair.First, pair => pair.Second);
            Assert.All(Enumerable.Range(0, SourceCount), source => Assert.Equal(expected.GetValueOrDefault(source), found.CountOf(source, sources, counts)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    public void A_chunk_without_some_sources_is_one_chunk_of_the_others(int mostChunkBytes)
    {
        var lists = RandomLists(seed: 4);
        var postings = Written(lists, mostChunkBytes);
        var rest = new Postings(
            SourceCount, [.. Enumerable.Range(0, postings.Chunks.Count).Select(chunk => postings.ChunkWithout(chunk, source => source % 3 == 0))], postings.InverseNorms);

        var expected = lists.Select(list => (list.Term, list.Frequency, Postings: list.Sources.Zip(list.Counts).Where(pair => pair.First % 3 != 0).ToArray()))
            .Where(list => list.Postings.Length > 0).ToArray();
        Assert.Equal(expected.Length, rest.TermCount);
        Assert.All(expected, list =>
        {
            Assert.True(rest.TryFind(list.Term, out var found));
            Assert.Equal(list.Frequency, found.Frequency);
            Assert.Equal(list.Postings, found.All());
        });
    }

    [Fact]
    public void Bytes_that_are_no_lists_are_refused()
    {
        var sound = Written(RandomLists(seed: 5), 1 << 20).Chunks.Single();
        var random = new Random(6);
        for (var trial = 0; trial < 300; trial++)
        {
            var cut = sound[..random.Next(1, sound.Length - 1)];
            // Where a list ends, what is before it is sound.
            if (Record.Exception(() => new Postings(SourceCount, [cut], new float[SourceCount])) is { } exception)
                Assert.IsType<InvalidDataException>(exception);
            Assert.IsType<InvalidDataException>(Record.Exception(() => new Postings(SourceCount, [[.. cut, 0x80]], new float[SourceCount])));
        }
    }

    private static Postings Written(IReadOnlyList<Listed> lists, int mostChunkBytes)
    {
        var writer = new PostingsWriter(mostChunkBytes);
        foreach (var list in lists)
            writer.Add(list.Term, list.Frequency, list.Sources, list.Counts);
        return PostingsWeighing.Weigh(SourceCount, SourceCount, writer.Chunks());
    }

    // Short and long ones, and terms that lie as far apart as hashes do.
    private static List<Listed> RandomLists(int seed)
    {
        var random = new Random(seed);
        ulong[] terms = [.. Enumerable.Range(0, 400).Select(_ => (ulong)random.NextInt64(1, long.MaxValue) << random.Next(2)).Distinct().Order()];
        return [.. terms.Select(term =>
        {
            var share = Math.Pow(random.NextDouble(), 6);
            int[] sources = [.. Enumerable.Range(0, SourceCount).Where(_ => random.NextDouble() < share)];
            if (sources.Length == 0)
                sources = [random.Next(SourceCount)];
            return new Listed(term, Math.Min(SourceCount, sources.Length + random.Next(3)), sources, [.. sources.Select(_ => (ushort)(random.Next(3) == 0 ? random.Next(1, 65_536) : 1))]);
        })];
    }

    private sealed record Listed(ulong Term, int Frequency, int[] Sources, ushort[] Counts);
}
