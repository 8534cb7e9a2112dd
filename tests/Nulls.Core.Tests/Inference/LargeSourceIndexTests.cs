using Nulls.Inference;

namespace Nulls.Tests.Inference;

/// <summary>What only many sources, many segments or many terms show.</summary>
public class LargeSourceIndexTests
{
    private const int SourceCount = 6_000;
    private static readonly byte[] Salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Lists_that_cannot_change_the_nearest_are_not_needed_for_them(int seed)
    {
        var random = new Random(seed);
        string[] texts = [.. Enumerable.Range(0, SourceCount).Select(_ => Text(random, 5 + random.Next(30)))];
        var index = Build(texts);
        var excluded = Enumerable.Range(0, SourceCount).Where(_ => random.Next(4) == 0).ToHashSet();
        for (var trial = 0; trial < 60; trial++)
        {
            // Of a source, of several, and of nobody.
            var query = trial % 3 == 0 ? texts[random.Next(SourceCount)] : trial % 3 == 1 ? $"{texts[trial]} {texts[trial + 1]}" : Text(random, 12);
            foreach (var isExcluded in new Func<int, bool>[] { _ => false, excluded.Contains })
            {
                // Whoever asks for all sources has every list read.
                var all = index.Nearest(query, SourceCount, isExcluded);
                Assert.Equal(all.Take(3), index.Nearest(query, 3, isExcluded));
                Assert.Equal(all.Take(1), index.Nearest(query, 1, isExcluded));
            }
        }
    }

    [Fact]
    public void Segments_on_disk_give_the_bytes_of_one_in_memory()
    {
        var random = new Random(3);
        (int Source, string Text)[] texts = [.. Enumerable.Range(0, 500).Select(_ => (random.Next(200), Text(random, 20)))];

        Assert.Equal(Saved(texts, segmentLength: int.MaxValue), Saved(texts, segmentLength: 1_000));
        Assert.Equal(Saved(texts, segmentLength: int.MaxValue), Saved(texts, segmentLength: 1));
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(400)]
    public void A_source_keeps_its_heaviest_terms(int segmentLength)
    {
        using var builder = new SourceIndexBuilder(Salt, termsPerSource: 4, segmentLength);
        for (var source = 0; source < 40; source++)
            builder.Add(source, $"the of and the of and mark{source} mark{source} seal{source} seal{source}");
        var index = builder.Build();

        // Of its 4 heaviest terms 2 are marks that occur twice; the others are pairs.
        Assert.All(Enumerable.Range(0, 40), source => Assert.Equal(source, index.Nearest($"seal{source} the", 1, _ => false).Single().Source));
        Assert.Empty(index.Nearest("and the of", 1, _ => false));
        Assert.Equal(40 * 4, index.Postings.PostingCount);
    }

    [Fact]
    public void Terms_that_are_left_out_still_count_as_common()
    {
        using var builder = new SourceIndexBuilder(Salt, termsPerSource: 3);
        for (var source = 0; source < 30; source++)
            builder.Add(source, source == 0 ? "common" : $"common mark{source} seal{source} mark{source} seal{source}");
        var terms = new Dictionary<ulong, int>();
        new TermHasher(Salt).Count("common", terms);

        Assert.True(builder.Build().Postings.TryFind(terms.Keys.Single(), out var list));
        Assert.Equal((1, 30), (list.Count, list.Frequency));
    }

    [Fact]
    public void An_index_of_many_sources_takes_few_bytes_a_posting()
    {
        var random = new Random(4);
        var postings = Build([.. Enumerable.Range(0, SourceCount).Select(_ => Text(random, 30))]).Postings;

        // As arrays they take 6 bytes, and a term 16.
        Assert.InRange((double)postings.Chunks.Sum(chunk => (long)chunk.Length), 1, 2.5 * postings.PostingCount + 9 * postings.TermCount);
    }

    [Fact]
    public void Six_million_sources_keep_some_terms_each_and_some_thousand_keep_all() =>
        Assert.Equal((83, 268_435), (SourceIndexBuilder.TermsPerSource(6_407_814), SourceIndexBuilder.TermsPerSource(2_000)));

    [Fact]
    public void Nothing_is_left_in_the_temporary_folder()
    {
        using var builder = new SourceIndexBuilder(Salt, segmentLength: 10);
        for (var source = 0; source < 20; source++)
            builder.Add(source, "some words of a text that fill a segment");
        builder.Build();

        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), "nulls-terms-*"));
    }

    private static byte[] Saved((int Source, string Text)[] texts, int segmentLength)
    {
        using var builder = new SourceIndexBuilder(Salt, segmentLength: segmentLength);
        foreach (var (source, text) in texts)
            builder.Add(source, text);
        using var stream = new MemoryStream();
        builder.Build().Save(stream, _ => false);
        return stream.ToArray();
    }

    private static SourceIndex Build(string[] texts)
    {
        using var builder = new SourceIndexBuilder(Salt);
        for (var source = 0; source < texts.Length; source++)
            builder.Add(source, texts[source]);
        return builder.Build();
    }

    // A few words make up most of a text, as in real ones.
    private static string Text(Random random, int wordCount) =>
        string.Join(' ', Enumerable.Range(0, wordCount).Select(_ => $"w{(int)Math.Exp(random.NextDouble() * Math.Log(20_000))}"));
}
