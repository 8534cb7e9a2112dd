using Nulls.Inference;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Storage;
using Nulls.Text;
using Nulls.Torch;
using Nulls.Training;

namespace Nulls;

/// <summary>From a corpus to a trained model: tokenizer, registry, index of texts, network.</summary>
internal static class BundleTraining
{
    private const string SourcesName = "sources.bin";

    public static BundleContents Run(
        IEnumerable<Document> corpus, NullsBundleOptions options, IEnumerable<Document> validation,
        IProgress<TrainingProgress>? progress, Action<string>? warn, CancellationToken cancellationToken)
    {
        var device = TorchDevice.Parse(options.Device);
        var scoringPrecision = PrecisionCheck.Resolve(options.ScoringPrecision, device);
        using var workFolder = options.WorkFolder is null ? null : WorkFolder.Open(options.WorkFolder);
        var checkpointer = workFolder is null ? null : new Checkpointer(workFolder, options.Training, warn, TimeProvider.System);
        var identity = BundleIdentity.Of(options);
        checkpointer?.RequireSame(identity);

        var documents = WithText(corpus);
        RequireSources(documents, options);
        // Under the salt of the checkpoint, so that the same keys have the same ids; a salt that is given must be that of the checkpoint.
        var sources = checkpointer?.Saved is null || !options.SourceSalt.IsEmpty
            ? new SourceRegistry(options.KeepSourceKeys, options.SourceSalt.Span)
            : new SourceRegistry(options.KeepSourceKeys, checkpointer.ReadPart(SourcesName, SourceRegistry.Load).Salt);
        var sourceOf = documents.Select(document => string.IsNullOrEmpty(document.Source) ? -1 : sources.GetOrAdd(document.Source)).ToArray();
        // Checked before the tokenizer is trained, with the smallest vocabulary that there is.
        options.Model.Resolve(vocabularySize: 1, sources.Count);
        cancellationToken.ThrowIfCancellationRequested();
        var tokenizer = BytePairTokenizer.Create(options.Tokenizer, documents.Select(document => document.Text));
        var config = options.Model.Resolve(tokenizer.VocabularySize, sources.Count);

        var corpora = TokenCorpora.Of([.. documents.Select((document, i) => Tokenize(document.Text, sourceOf[i], tokenizer, options.Training.ShuffleSentences))]);
        var heldOut = new MemoryCorpus(WithText(validation).Select(document => Tokenize(document.Text, KnownIndex(sources, document.Source), tokenizer, inSentences: false)));
        foreach (var warning in CorpusReview.Warnings(corpora, sources.Count, options.Training, config.Allocation))
            warn?.Invoke(warning);

        if (checkpointer is not null)
        {
            foreach (var (name, value) in BundleIdentity.Of(tokenizer, sources, corpora, heldOut))
                identity.Add(name, value);
            checkpointer.Identify(identity, [(SourcesName, stream => sources.Save(stream))]);
        }

        var index = options.Routing == SinkRouting.NearestSources ? MakeIndex(documents, sourceOf, sources.Salt) : null;
        var model = new NullsModel(config, device);
        try
        {
            new Trainer(model, config.CreateAllocation(), options.Training, options.Seed)
                .Train(corpora, tokenizer.EndOfTextId, progress, heldOut, checkpointer, cancellationToken);
            return new BundleContents(model, tokenizer, sources, index, scoringPrecision);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static Document[] WithText(IEnumerable<Document> documents) => [.. documents.Where(document => !string.IsNullOrEmpty(document.Text))];

    private static int KnownIndex(SourceRegistry sources, string? key) =>
        string.IsNullOrEmpty(key) || !sources.TryGetIndex(key, out var index) ? -1 : index;

    private static void RequireSources(Document[] documents, NullsBundleOptions options)
    {
        if (documents.Length == 0)
            throw new ArgumentException("The corpus has no text: every document is empty, or there is none.", nameof(documents));
        if (documents.All(document => string.IsNullOrEmpty(document.Source)))
            throw new ArgumentException($"None of the {documents.Length:N0} documents has a source, so there would be nothing to unlearn. Fill the source column, for example with the article, the book or the customer that each text is from.", nameof(documents));
        if (options.Training.BackboneSteps > 0 && documents.All(document => !string.IsNullOrEmpty(document.Source)))
            throw new ArgumentException($"BackboneSteps is {options.Training.BackboneSteps:N0}, but every document has a source: the backbone can be trained first only on text without one. Add such text, or set BackboneSteps to 0.", nameof(options));
    }

    // Sentences that change places lose the white space between them; a single space takes its place.
    private static TokenDocument Tokenize(string text, int source, BytePairTokenizer tokenizer, bool inSentences)
    {
        if (!inSentences)
            return new TokenDocument([tokenizer.Encode(text)], source);

        var sentences = Sentences.Split(text).Select(sentence => sentence.Trim()).Where(sentence => sentence.Length > 0);
        return new TokenDocument([.. sentences.Select(sentence => tokenizer.Encode(" " + sentence))], source);
    }

    private static SourceIndex MakeIndex(Document[] documents, int[] sourceOf, ReadOnlySpan<byte> salt)
    {
        var builder = new SourceIndexBuilder(salt);
        for (var i = 0; i < documents.Length; i++)
        {
            if (sourceOf[i] >= 0)
                builder.Add(sourceOf[i], documents[i].Text);
        }

        return builder.Build();
    }
}
