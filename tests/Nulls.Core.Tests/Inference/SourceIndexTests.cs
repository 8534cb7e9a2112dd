using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Nulls.Inference;

namespace Nulls.Tests.Inference;

public partial class SourceIndexTests
{
    private static readonly byte[] Salt = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Scores_equal_an_exhaustive_cosine(int seed)
    {
        var texts = RandomTexts(seed, sourceCount: 60, textCount: 150);
        var index = Build(texts);
        var cosines = ExhaustiveCosines(texts);
        foreach (var query in RandomTexts(seed + 100, sourceCount: 1, textCount: 20).Select(pair => pair.Text))
        {
            var expected = cosines(query);
            var found = index.Nearest(query, 1000, _ => false);

            Assert.Equal(expected.Count(pair => pair.Value > 0), found.Count);
            // Single precision, summed over some tens of terms.
            Assert.All(found, match => Assert.Equal(expected[match.Source], match.Score, 1e-5));
            Assert.Equal(found.OrderByDescending(match => match.Score).ThenBy(match => match.Source), found);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Never_finds_an_excluded_source_and_ranks_the_others_as_before(int seed)
    {
        var random = new Random(seed);
        var texts = RandomTexts(seed, sourceCount: 40, textCount: 80);
        var index = Build(texts);
        for (var trial = 0; trial < 200; trial++)
        {
            var excluded = Enumerable.Range(0, 40).Where(_ => random.NextDouble() < trial / 200.0).ToHashSet();
            var query = texts[random.Next(texts.Count)].Text;
            var all = index.Nearest(query, 40, _ => false).Select(match => match.Source);
            var found = index.Nearest(query, 3, excluded.Contains).Select(match => match.Source).ToArray();

            Assert.DoesNotContain(found, excluded.Contains);
            Assert.Equal(all.Where(source => !excluded.Contains(source)).Take(3), found);
        }
    }

    [Fact]
    public void Equally_near_sources_come_by_index()
    {
        var index = Build([(4, "a red fox"), (2, "a red fox"), (9, "a blue whale"), (7, "a red fox")]);

        Assert.Equal([2, 4], index.Nearest("red fox", 2, _ => false).Select(match => match.Source));
        Assert.Equal([2, 4, 7, 9], index.Nearest("a red fox", 9, _ => false).Select(match => match.Source));
    }

    [Fact]
    public void Several_texts_of_a_source_count_as_one_in_any_order()
    {
        var (first, second, other) = ((0, "the fox sleeps"), (0, "the fox eats"), (1, "the whale swims"));
        using var inOrder = new MemoryStream();
        using var mixed = new MemoryStream();
        Build([first, second, other]).Save(inOrder, _ => false);
        Build([second, other, first]).Save(mixed, _ => false);

        Assert.Equal(inOrder.ToArray(), mixed.ToArray());
    }

    [Fact]
    public void A_single_source_is_found() => Assert.Equal(new SourceMatch(0, 1), Build([(0, "one text")]).Nearest("one text", 3, _ => false).Single());

    [Theory]
    [InlineData("")]
    [InlineData("zebra")]
    public void Nothing_is_near_a_text_that_shares_no_term(string text) => Assert.Empty(Build([(0, "a red fox")]).Nearest(text, 3, _ => false));

    [Fact]
    public void An_index_of_nothing_finds_nothing_and_survives_saving() => Assert.Empty(Reload(Build([])).Nearest("fox", 3, _ => false));

    [Fact]
    public void Finds_the_same_to_the_bit_after_saving_and_loading()
    {
        var texts = RandomTexts(7, sourceCount: 50, textCount: 90);
        var index = Build(texts);
        var loaded = Reload(index);

        Assert.All(texts, pair => Assert.Equal(index.Nearest(pair.Text, 10, _ => false), loaded.Nearest(pair.Text, 10, _ => false)));
    }

    [Fact]
    public void Withholding_excluded_sources_changes_no_result()
    {
        var texts = RandomTexts(8, sourceCount: 50, textCount: 90);
        var index = Build(texts);
        var loaded = Reload(index, IsThird);

        Assert.All(texts, pair => Assert.Equal(index.Nearest(pair.Text, 10, IsThird), loaded.Nearest(pair.Text, 10, _ => false)));
    }

    [Fact]
    public void A_withheld_sources_own_terms_are_absent_from_the_saved_bytes()
    {
        var index = Build([(0, "a red fox"), (1, "a blue unicorn"), (2, "a red whale")]);
        var terms = new Dictionary<ulong, int>();
        new TermHasher(Salt).Count("unicorn", terms);

        Assert.True(Reload(index).Postings.TryFind(terms.Keys.Single(), out _));
        Assert.False(Reload(index, source => source == 1).Postings.TryFind(terms.Keys.Single(), out _));
    }

    [Fact]
    public void A_withheld_source_has_no_posting_and_no_norm_in_the_saved_bytes()
    {
        var postings = Reload(Build(RandomTexts(9, sourceCount: 50, textCount: 90)), IsThird).Postings;
        var sources = postings.Chunks.SelectMany(Postings.Lists).SelectMany(list => list.All()).Select(posting => posting.Source).ToArray();

        Assert.NotEmpty(sources);
        Assert.DoesNotContain(sources, IsThird);
        Assert.All(Enumerable.Range(0, postings.SourceCount).Where(IsThird), source => Assert.Equal(0, postings.InverseNorms[source]));
    }

    [Fact]
    public void The_saved_bytes_hold_no_text()
    {
        using var stream = new MemoryStream();
        Build([(0, "unicorn unicorn unicorn")]).Save(stream, _ => false);

        Assert.True(stream.ToArray().AsSpan().IndexOf("unicorn"u8) < 0);
        Assert.True(stream.ToArray().AsSpan().IndexOf(MemoryMarshal.AsBytes("unicorn".AsSpan())) < 0);
    }

    [Fact]
    public void Any_damaged_byte_is_noticed()
    {
        var saved = Saved(Build([(0, "a red fox"), (1, "a blue whale")]));
        for (var i = 0; i < saved.Length; i++)
        {
            var damaged = saved.ToArray();
            damaged[i] ^= 0x41;
            Assert.Throws<InvalidDataException>(() => SourceIndex.Load(new MemoryStream(damaged)));
        }
    }

    [Fact]
    public void Any_truncation_is_noticed()
    {
        var saved = Saved(Build([(0, "a red fox"), (1, "a blue whale")]));
        for (var length = 0; length < saved.Length; length++)
            Assert.Throws<InvalidDataException>(() => SourceIndex.Load(new MemoryStream(saved[..length])));
    }

    [Fact]
    public void An_index_of_the_first_version_is_read()
    {
        var texts = RandomTexts(11, sourceCount: 50, textCount: 90);
        var index = Build(texts);
        var loaded = SourceIndex.Load(new MemoryStream(FirstVersion(index.Postings)));

        Assert.All(texts, pair => Assert.Equal(index.Nearest(pair.Text, 10, _ => false), loaded.Nearest(pair.Text, 10, _ => false)));
    }

    [Fact]
    public void A_newer_version_is_refused_by_its_number()
    {
        var saved = Saved(Build([(0, "a red fox")]));
        BinaryPrimitives.WriteInt32LittleEndian(saved.AsSpan(8), 7);

        Assert.Contains("version 7", Assert.Throws<InvalidDataException>(() => SourceIndex.Load(new MemoryStream(saved))).Message);
    }

    private static bool IsThird(int source) => source % 3 == 0;

    // Magic, version, salt, four counts, five arrays, SHA-256: as it was written before.
    private static byte[] FirstVersion(Postings postings)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        PostingList[] lists = [.. postings.Chunks.SelectMany(Postings.Lists)];
        writer.Write("NULLSIDX"u8);
        writer.Write(1);
        writer.Write(Salt);
        foreach (var count in new[] { postings.IndexedCount, postings.SourceCount, lists.Length, lists.Sum(list => list.Count) })
            writer.Write(count);
        foreach (var list in lists)
            writer.Write(list.Term);
        foreach (var list in lists)
            writer.Write(list.Frequency);
        for (var (i, end) = (0, 0); i < lists.Length; i++)
            writer.Write(end += lists[i].Count);
        foreach (var posting in lists.SelectMany(list => list.All()))
            writer.Write(posting.Source);
        foreach (var posting in lists.SelectMany(list => list.All()))
            writer.Write(posting.Count);
        writer.Write(SHA256.HashData(stream.ToArray()));
        return stream.ToArray();
    }

    private static SourceIndex Build(IEnumerable<(int Source, string Text)> texts)
    {
        using var builder = new SourceIndexBuilder(Salt);
        foreach (var (source, text) in texts)
            builder.Add(source, text);
        return builder.Build();
    }

    private static byte[] Saved(SourceIndex index)
    {
        using var stream = new MemoryStream();
        index.Save(stream, _ => false);
        return stream.ToArray();
    }

    private static SourceIndex Reload(SourceIndex index, Func<int, bool>? withhold = null)
    {
        using var stream = new MemoryStream();
        index.Save(stream, withhold ?? (_ => false));
        stream.Position = 0;
        return SourceIndex.Load(stream);
    }

    private static List<(int Source, string Text)> RandomTexts(int seed, int sourceCount, int textCount)
    {
        var random = new Random(seed);
        // Squaring makes some words common and most rare, as in real text.
        return [.. Enumerable.Range(0, textCount).Select(_ => (
            random.Next(sourceCount),
            string.Join(' ', Enumerable.Range(0, random.Next(1, 30)).Select(_ => $"w{(int)(80 * Math.Pow(random.NextDouble(), 2))}"))))];
    }

    // Every pair of a query and a source, with terms as text.
    private static Func<string, Dictionary<int, double>> ExhaustiveCosines(List<(int Source, string Text)> texts)
    {
        var documents = texts.GroupBy(pair => pair.Source).ToDictionary(group => group.Key, group => group.SelectMany(pair => Terms(pair.Text)).CountBy(term => term).ToDictionary());
        var frequencies = documents.Values.SelectMany(counts => counts.Keys).CountBy(term => term).ToDictionary();
        double Weight(string term, int count) => Math.Log(1 + count) * Math.Log(1 + (documents.Count / (double)frequencies[term]));
        double Norm(Dictionary<string, int> counts) => Math.Sqrt(counts.Sum(pair => Math.Pow(Weight(pair.Key, pair.Value), 2)));
        return query =>
        {
            var known = Terms(query).Where(frequencies.ContainsKey).CountBy(term => term).ToDictionary();
            return documents.ToDictionary(document => document.Key, document =>
                known.Sum(pair => document.Value.TryGetValue(pair.Key, out var count) ? Weight(pair.Key, pair.Value) * Weight(pair.Key, count) : 0)
                / Norm(known) / Norm(document.Value));
        };
    }

    private static IEnumerable<string> Terms(string text)
    {
        var words = Word().Matches(text).Select(match => match.Value).ToArray();
        return words.Concat(words.Zip(words.Skip(1), (first, second) => $"{first} {second}"));
    }

    [GeneratedRegex("[a-z0-9]+")]
    private static partial Regex Word();
}
