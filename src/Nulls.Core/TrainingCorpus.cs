using Nulls.Inference;
using Nulls.Sources;
using Nulls.Storage;
using Nulls.Text;

namespace Nulls;

/// <summary>A corpus that is read and ready to be trained on, in memory or in the store of a work folder.</summary>
internal sealed class TrainingCorpus : IDisposable
{
    private const string IndexName = "source-index.bin";

    private readonly TokenStore? _store;

    private TrainingCorpus(TokenCorpora corpora, BytePairTokenizer tokenizer, SourceRegistry sources, SourceIndex? index, long withoutTokens, TokenStore? store = null)
    {
        Corpora = corpora;
        Tokenizer = tokenizer;
        Sources = sources;
        Index = index;
        WithoutTokens = withoutTokens;
        _store = store;
    }

    public TokenCorpora Corpora { get; }

    public BytePairTokenizer Tokenizer { get; }

    public SourceRegistry Sources { get; }

    /// <summary>Gets the index of the sources' texts; null when texts are not routed to them.</summary>
    public SourceIndex? Index { get; }

    /// <summary>Gets the number of documents that have a text but no tokens, which are left out.</summary>
    public long WithoutTokens { get; }

    /// <summary>Takes a corpus that is read once, and kept in memory.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <param name="options">The tokenizer and the rest.</param>
    /// <param name="check">Refuses the corpus, once it is read and before longer work.</param>
    /// <param name="cancellationToken">Stops between two documents.</param>
    public static TrainingCorpus InMemory(
        IEnumerable<Document> corpus, NullsBundleOptions options, Action<CorpusScan, SourceRegistry> check, CancellationToken cancellationToken)
    {
        var documents = corpus.ToArray();
        var sources = new SourceRegistry(options.KeepSourceKeys);
        var trainer = BytePairTokenizer.CreateTrainer(options.Tokenizer);
        var words = trainer?.CreateCounts();
        check(CorpusScan.Read(documents, sources, words, cancellationToken), sources);

        var tokenizer = trainer is null ? BytePairTokenizer.Read(options.Tokenizer) : new BytePairTokenizer(trainer.Train(words!)); // Made by the trainer.
        var index = NewIndex(options, sources);
        var tokens = new List<TokenDocument>();
        var texts = documents.Where(document => !string.IsNullOrEmpty(document.Text));
        foreach (var (document, sentences) in new CorpusTokenizer(tokenizer, options.Training.ShuffleSentences).Run(texts, cancellationToken))
        {
            var source = string.IsNullOrEmpty(document.Source) ? -1 : sources.GetOrAdd(document.Source);
            if (source >= 0)
                index?.Add(source, document.Text);
            tokens.Add(new TokenDocument(sentences, source));
        }

        var corpora = TokenCorpora.Of(tokens);
        return new TrainingCorpus(corpora, tokenizer, sources, index?.Build(), tokens.Count - corpora.Sources.Count - corpora.General.Count);
    }

    /// <summary>Takes a corpus into the store of a work folder, or takes it from there. It is read twice, or once when the store is whole.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="corpus">The corpus. Every reading must give the same documents.</param>
    /// <param name="options">The tokenizer and the rest.</param>
    /// <param name="salt">What the registry hashes keys with where there is no store yet; null for a new salt.</param>
    /// <param name="check">Refuses the corpus, once it is read and before longer work.</param>
    /// <param name="cancellationToken">Stops between two documents.</param>
    public static TrainingCorpus InStore(
        string folder, IEnumerable<Document> corpus, NullsBundleOptions options, byte[]? salt, Action<CorpusScan, SourceRegistry> check, CancellationToken cancellationToken)
    {
        var builder = new TokenStoreBuilder(
            folder, corpus, options.Tokenizer, options.Training.ShuffleSentences, stored => new SourceRegistry(options.KeepSourceKeys, stored ?? salt), cancellationToken);
        var scan = builder.Scan(out var words);
        check(scan, builder.Sources);
        var tokenizer = builder.GetTokenizer(scan, words);

        var path = Path.Combine(folder, IndexName);
        var index = File.Exists(path) ? null : NewIndex(options, builder.Sources);
        var store = builder.Build(tokenizer, index is null ? null : (text, source) =>
        {
            if (source >= 0)
                index.Add(source, text);
        });
        try
        {
            if (index?.Build() is { } built)
                AtomicFile.Write(path, stream => built.Save(stream, _ => false));
            return new TrainingCorpus(store.Corpora, tokenizer, builder.Sources, options.Routing == SinkRouting.NearestSources ? LoadIndex(path) : null, store.WithoutTokens, store);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    public void Dispose() => _store?.Dispose();

    private static SourceIndexBuilder? NewIndex(NullsBundleOptions options, SourceRegistry sources) =>
        options.Routing == SinkRouting.NearestSources ? new SourceIndexBuilder(sources.Salt) : null;

    private static SourceIndex LoadIndex(string path)
    {
        using var stream = File.OpenRead(path);
        return SourceIndex.Load(stream);
    }
}
