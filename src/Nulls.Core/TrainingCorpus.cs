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

    private TrainingCorpus(TokenCorpora corpora, BytePairTokenizer tokenizer, SourceIndex? index, long withoutTokens, TokenStore? store = null)
    {
        Corpora = corpora;
        Tokenizer = tokenizer;
        Index = index;
        WithoutTokens = withoutTokens;
        _store = store;
    }

    public TokenCorpora Corpora { get; }

    public BytePairTokenizer Tokenizer { get; }

    /// <summary>Gets the index of the sources' texts; null when texts are not routed to them.</summary>
    public SourceIndex? Index { get; }

    /// <summary>Gets the number of documents that have a text but no tokens, which are left out.</summary>
    public long WithoutTokens { get; }

    /// <summary>Takes a corpus that is read once, and kept in memory.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <param name="sources">The registry, empty, under the salt that <see cref="SaltIn"/> finds. The corpus's sources are added.</param>
    /// <param name="options">The tokenizer and the rest.</param>
    /// <param name="check">Refuses the corpus, once it is read and before longer work.</param>
    /// <param name="cancellationToken">Stops between two documents.</param>
    public static TrainingCorpus InMemory(
        IEnumerable<Document> corpus, SourceRegistry sources, NullsBundleOptions options, Action<CorpusScan> check, CancellationToken cancellationToken)
    {
        var documents = corpus.ToArray();
        var trainer = BytePairTokenizer.CreateTrainer(options.Tokenizer);
        var words = trainer?.CreateCounts();
        check(CorpusScan.Read(documents, sources, words, cancellationToken));

        var tokenizer = trainer is null ? BytePairTokenizer.Read(options.Tokenizer) : new BytePairTokenizer(trainer.Train(words!)); // Made by the trainer.
        using var index = NewIndex(options, sources);
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
        return new TrainingCorpus(corpora, tokenizer, index?.Build(), tokens.Count - corpora.Sources.Count - corpora.General.Count);
    }

    /// <summary>Takes a corpus into the store of a work folder, or takes it from there. It is read twice, or once when the store is whole.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="corpus">The corpus. Every reading must give the same documents.</param>
    /// <param name="sources">The registry, empty, under the salt that <see cref="SaltIn"/> finds. The corpus's sources are added.</param>
    /// <param name="options">The tokenizer and the rest.</param>
    /// <param name="check">Refuses the corpus, once it is read and before longer work.</param>
    /// <param name="cancellationToken">Stops between two documents.</param>
    public static TrainingCorpus InStore(
        string folder, IEnumerable<Document> corpus, SourceRegistry sources, NullsBundleOptions options, Action<CorpusScan> check, CancellationToken cancellationToken)
    {
        var builder = new TokenStoreBuilder(
            folder, corpus, options.Tokenizer, options.Training.ShuffleSentences, sources, cancellationToken);
        var scan = builder.Scan(out var words);
        check(scan);
        var tokenizer = builder.GetTokenizer(scan, words);

        var path = Path.Combine(folder, IndexName);
        using var index = File.Exists(path) ? null : NewIndex(options, sources);
        var store = builder.Build(tokenizer, index is null ? null : (text, source) =>
        {
            if (source >= 0)
                index.Add(source, text);
        });
        try
        {
            if (index?.Build() is { } built)
                AtomicFile.Write(path, stream => built.Save(stream, _ => false));
            return new TrainingCorpus(store.Corpora, tokenizer, RoutingRule.NeedsNearest(options.Routing) ? LoadIndex(path) : null, store.WithoutTokens, store);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Returns the salt of the registry that a store was built with, or null when there is nothing yet that it belongs to.</summary>
    public static byte[]? SaltIn(string folder) => TokenStoreBuilder.ReadManifest(folder) is { } manifest ? Convert.FromHexString(manifest.Salt) : null;

    public void Dispose() => _store?.Dispose();

    private static SourceIndexBuilder? NewIndex(NullsBundleOptions options, SourceRegistry sources) =>
        RoutingRule.NeedsNearest(options.Routing) ? new SourceIndexBuilder(sources.Salt, SourceIndexBuilder.TermsPerSource(sources.Count)) : null;

    private static SourceIndex LoadIndex(string path)
    {
        using var stream = File.OpenRead(path);
        return SourceIndex.Load(stream);
    }
}
