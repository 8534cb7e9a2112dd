using Nulls.Sources;
using Nulls.Tests.Support;
using Nulls.Text;

namespace Nulls.Tests.Text;

/// <summary>Stores of a small corpus in many segments.</summary>
public sealed class TokenStoreTests : IDisposable
{
    private const int CharactersPerSegment = 300;

    private readonly TemporaryFolder _folder = new();

    private string Folder => _folder["store"];

    [Theory]
    [InlineData(false, 300)]
    [InlineData(true, 300)]
    [InlineData(false, 70_000)]
    public void A_store_holds_what_memory_holds(bool inSentences, int vocabulary)
    {
        // A vocabulary beyond 65,536 needs wider tokens; trained ones are smaller, so the files of one that is padded are given.
        var options = vocabulary <= 1 << 16 ? Options : Options with { TokenizerJsonFile = WidePath(vocabulary) };
        using var store = Build(Corpus, options, inSentences, out var sources, out var tokenizer);
        var expected = InMemory(tokenizer, sources, inSentences);
        AssertSame(expected.Sources, store.Corpora.Sources);
        AssertSame(expected.General, store.Corpora.General);
        // An em space is a text, and no sentence.
        Assert.Equal(inSentences ? 1 : 0, store.WithoutTokens);
        Assert.True(Segments().Length > 5, $"{Segments().Length} segments");
    }

    [Fact]
    public void A_store_is_built_once()
    {
        Build(Corpus).Dispose();
        var before = Contents();
        var corpus = new CountedCorpus(Corpus);
        using var store = Build(corpus);
        Assert.Equal(1, corpus.Readings);
        Assert.Equal(before, Contents());
    }

    [Fact]
    public void The_corpus_is_read_twice_to_build()
    {
        var corpus = new CountedCorpus(Corpus);
        Build(corpus).Dispose();
        Assert.Equal(2, corpus.Readings);
    }

    [Fact]
    public void The_same_folder_gives_the_same_ids_of_sources()
    {
        using var first = Build(Corpus, Options, false, out var once, out _);
        using var second = Build(Corpus, Options, false, out var again, out _);
        Assert.Equal(Enumerable.Range(0, 7).Select(once.GetId), Enumerable.Range(0, 7).Select(again.GetId));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(59)]
    public void A_build_that_dies_goes_on_behind_its_last_whole_segment(int documents)
    {
        Build(Corpus).Dispose();
        var whole = Contents().Where(file => !file.StartsWith("store.json", StringComparison.Ordinal)).ToArray();
        Directory.Delete(Folder, recursive: true);

        var readings = 0;
        Assert.Throws<IOException>(() => Build(new DyingCorpus(() => ++readings == 2 ? documents : int.MaxValue)));
        Assert.DoesNotContain(Segments(), path => path.Contains("writing", StringComparison.Ordinal));
        var left = Segments().ToDictionary(path => path, File.GetLastWriteTimeUtc);
        Build(Corpus).Dispose();
        Assert.All(left, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
        Assert.Equal(whole, Contents().Where(file => !file.StartsWith("store.json", StringComparison.Ordinal)));
        Assert.Equal(documents > 1, left.Count > 0);
    }

    [Fact]
    public void A_missing_segment_is_made_again()
    {
        Build(Corpus).Dispose();
        var before = Contents();
        File.Delete(Segments()[3]);
        Build(Corpus).Dispose();
        Assert.Equal(before, Contents());
    }

    [Fact]
    public void Another_corpus_is_refused_with_both_sizes() => AssertRefused(
        "Corpus is 60 documents of which 12 have no source there and 61 documents of which 12 have no source here", [.. Corpus, new Document("One more.", "new")]);

    [Fact]
    public void Another_text_is_refused_with_its_place() => AssertRefused(
        "with another text, source or order behind the first 6", [.. Corpus.Select((document, i) => i == 7 ? document with { Text = document.Text.ToUpperInvariant() } : document)]);

    [Fact]
    public void Another_source_is_refused() => AssertRefused("another text, source or order", [.. Corpus.Select((document, i) => i == 58 ? document with { Source = "other" } : document)]);

    [Fact]
    public void Another_order_is_refused() => AssertRefused("another text, source or order", [.. Corpus.Reverse()]);

    [Fact]
    public void Another_tokenizer_is_refused() => AssertRefused("trained to 300 tokens", Corpus, Options with { VocabularySize = 290 });

    [Fact]
    public void Another_splitting_is_refused() => AssertRefused("ShuffleSentences is False there and True here", Corpus, inSentences: true);

    [Fact]
    public void A_corpus_that_changes_from_reading_to_reading_is_an_error_and_leaves_nothing()
    {
        var reading = 0;
        IEnumerable<Document> Changing()
        {
            reading++;
            return Corpus.Select(document => document with { Text = $"{document.Text} {reading}" });
        }

        Assert.Contains("must give the same documents", Assert.Throws<InvalidOperationException>(() => Build(Enumerable.Range(0, 1).SelectMany(_ => Changing()))).Message, StringComparison.Ordinal);
        Assert.Empty(Segments());
        Build(Corpus).Dispose();
    }

    [Fact]
    public void A_corpus_that_can_be_read_only_once_is_an_error()
    {
        using var documents = Corpus.AsEnumerable().GetEnumerator();
        IEnumerable<Document> Once()
        {
            while (documents.MoveNext())
                yield return documents.Current;
        }

        Assert.Contains("train without WorkFolder", Assert.Throws<InvalidOperationException>(() => Build(Once())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_bit_is_refused_wherever_it_is()
    {
        Build(Corpus).Dispose();
        var path = Segments()[2];
        var whole = File.ReadAllBytes(path);
        for (var place = 0; place < whole.Length; place += 7)
        {
            var bytes = (byte[])whole.Clone();
            bytes[place] ^= 4;
            File.WriteAllBytes(path, bytes);
            var error = Assert.Throws<InvalidDataException>(() => Build(Corpus));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }

        File.WriteAllBytes(path, whole);
        Build(Corpus).Dispose();
    }

    [Fact]
    public void A_truncated_segment_is_refused_at_any_length()
    {
        Build(Corpus).Dispose();
        var path = Segments()[^1];
        for (var length = new FileInfo(path).Length - 1; length >= 0; length -= 13)
        {
            using (var file = File.OpenWrite(path))
                file.SetLength(length);
            var error = Assert.Throws<InvalidDataException>(() => Build(Corpus));
            Assert.Contains("Delete it, and it is made again", error.Message, StringComparison.Ordinal);
        }

        File.Delete(path);
        Build(Corpus).Dispose();
    }

    [Fact]
    public void A_segment_of_another_store_is_refused()
    {
        Build(Corpus).Dispose();
        File.Copy(Segments()[0], Segments()[1], overwrite: true);
        Assert.Contains("belongs to another token store", Assert.Throws<InvalidDataException>(() => Build(Corpus)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_store_is_refused()
    {
        Build(Corpus).Dispose();
        var path = Path.Combine(Folder, "store.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal));
        Assert.Contains("has format 2", Assert.Throws<InvalidDataException>(() => Build(Corpus)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_description_is_refused()
    {
        Build(Corpus).Dispose();
        File.WriteAllText(Path.Combine(Folder, "store.json"), "{ \"format\": ");
        Assert.Contains("store.json' is damaged", Assert.Throws<InvalidDataException>(() => Build(Corpus)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_number_that_is_not_there_is_refused()
    {
        using var store = Build(Corpus);
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Corpora.Sources.TokenCount(store.Corpora.Sources.Count));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Corpora.Sources.TokenCount(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Corpora.Sources.Read(0, store.Corpora.Sources.TokenCount(0), new int[1]));
    }

    public void Dispose() => _folder.Dispose();

    private static TokenizerOptions Options { get; } = new() { VocabularySize = 300 };

    private static Document[] Corpus { get; } =
        [.. Enumerable.Range(0, 60).Select(i => new Document(i == 31 ? "\u2003" : $"Document {i} is short. It has {i * i} words; or fewer! Has it {i}?", i % 5 == 4 ? null : $"source {i % 7}")), new Document("", "empty")];

    private TokenStore Build(IEnumerable<Document> corpus) => Build(corpus, Options, inSentences: true, out _, out _);

    private TokenStore Build(IEnumerable<Document> corpus, TokenizerOptions options, bool inSentences, out SourceRegistry sources, out BytePairTokenizer tokenizer)
    {
        sources = new SourceRegistry(keepKeys: false, TokenStoreBuilder.ReadManifest(Folder) is { } manifest ? Convert.FromHexString(manifest.Salt) : default(byte[]));
        var builder = new TokenStoreBuilder(Folder, corpus, options, inSentences, sources, default);
        var scan = builder.Scan(out var words, CharactersPerSegment);
        tokenizer = builder.GetTokenizer(scan, words);
        return builder.Build(tokenizer, onDocument: null);
    }

    private void AssertRefused(string reason, IEnumerable<Document> corpus, TokenizerOptions? options = null, bool inSentences = false)
    {
        Build(Corpus, Options, inSentences: false, out _, out _).Dispose();
        var before = Contents();
        var error = Assert.Throws<InvalidOperationException>(() => Build(corpus, options ?? Options, inSentences, out _, out _));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("choose another WorkFolder, or delete this one", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Contents());
    }

    private string[] Segments() => Directory.Exists(Folder) ? [.. Directory.EnumerateFiles(Folder, "segment-*").Order()] : [];

    private string[] Contents() => [.. Directory.EnumerateFiles(Folder).Order().Select(path => $"{Path.GetFileName(path)} {Convert.ToHexString(File.ReadAllBytes(path))}")];

    private static TokenCorpora InMemory(BytePairTokenizer tokenizer, SourceRegistry sources, bool inSentences) => TokenCorpora.Of(
        [.. Corpus.Where(document => document.Text.Length > 0).Select(document => new TokenDocument(
            inSentences ? [.. Sentences.Split(document.Text).Select(sentence => sentence.Trim()).Where(sentence => sentence.Length > 0).Select(sentence => tokenizer.Encode(" " + sentence))]
                : [tokenizer.Encode(document.Text)],
            document.Source is null ? -1 : sources.GetOrAdd(document.Source)))]);

    private static void AssertSame(ITokenCorpus expected, ITokenCorpus actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var document = 0; document < expected.Count; document++)
        {
            Assert.Equal(expected.SourceOf(document), actual.SourceOf(document));
            Assert.Equal(expected.TokenCount(document), actual.TokenCount(document));
            Assert.Equal(expected.SentenceLengths(document), actual.SentenceLengths(document));
            for (var start = 0; start < expected.TokenCount(document); start += 3)
            {
                var (all, part) = (new int[expected.TokenCount(document) - start], new int[1]);
                var read = new int[all.Length];
                expected.Read(document, start, all);
                actual.Read(document, start, read);
                Assert.Equal(all, read);
                actual.Read(document, start, part);
                Assert.Equal(all[0], part[0]);
            }
        }
    }

    private string WidePath(int vocabulary)
    {
        var model = new BytePairTrainer(300, false).Train(Corpus.Select(document => document.Text));
        var tokens = new Dictionary<string, int>(model.Vocabulary);
        // Every byte and merge gets an id that needs more than 16 bits.
        var wide = Enumerable.Range(0, vocabulary - tokens.Count).Select(i => $"~{i}~").Concat(model.Vocabulary.OrderBy(pair => pair.Value).Select(pair => pair.Key));
        var renumbered = wide.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);
        var path = _folder["wide.json"];
        using var stream = File.Create(path);
        new BytePairTokenizer(model with { Vocabulary = renumbered, SpecialTokens = model.SpecialTokens.ToDictionary(pair => pair.Key, pair => renumbered[pair.Key]) }).Save(stream);
        return path;
    }

    private sealed class CountedCorpus(Document[] documents) : IEnumerable<Document>
    {
        public int Readings { get; private set; }

        public IEnumerator<Document> GetEnumerator()
        {
            Readings++;
            return documents.AsEnumerable().GetEnumerator();
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>A corpus whose file cannot be read beyond some document.</summary>
    private sealed class DyingCorpus(Func<int> documents) : IEnumerable<Document>
    {
        public IEnumerator<Document> GetEnumerator()
        {
            var left = documents();
            return Corpus.Select(document => left-- > 0 ? document : throw new IOException("The cable is out.")).GetEnumerator();
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
