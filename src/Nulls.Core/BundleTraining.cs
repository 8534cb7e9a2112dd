using System.Security.Cryptography;
using Nulls.Distributed;
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
        var ranks = DataParallel.Ranks;
        return TrainingRanks.Guard(ranks, options.WorkFolder, () => ranks.Rank == 0
            ? Run(ranks, corpus, options, validation, progress, warn, cancellationToken)
            : Run(ranks, corpus, options, validation, progress: null, warn: null, cancellationToken));
    }

    private static BundleContents Run(
        ICollective ranks, IEnumerable<Document> corpus, NullsBundleOptions options, IEnumerable<Document> validation,
        IProgress<TrainingProgress>? progress, Action<string>? warn, CancellationToken cancellationToken)
    {
        TrainingRanks.ShareCores(ranks);
        var device = TorchDevice.Parse(ranks.Size > 1 && options.Device == "cuda" ? $"cuda:{DataParallel.LocalRank}" : options.Device);
        var scoringPrecision = TrainingRanks.Agree(ranks, PrecisionCheck.Resolve(options.ScoringPrecision, device));
        // Rank 0 alone has a work folder open: the others are told what it finds there.
        using var workFolder = options.WorkFolder is null || ranks.Rank > 0 ? null : WorkFolder.Open(options.WorkFolder);
        var checkpointer = workFolder is null ? null : new Checkpointer(workFolder, options.Training, warn, ranks.Size, TimeProvider.System);
        var identity = BundleIdentity.Of(options);
        checkpointer?.RequireSame(identity);

        // A training that goes on keeps what it began with.
        var precision = TrainingRanks.Agree(ranks, PrecisionCheck.Resolve(checkpointer?.SavedPrecision ?? options.Training.Precision, device));

        var documents = WithText(corpus);
        RequireSources(documents, options);
        // Under the salt of the checkpoint, so that the same keys have the same ids; a salt that is given must be that one.
        var salt = !options.SourceSalt.IsEmpty ? options.SourceSalt.ToArray()
            : checkpointer?.Saved is null ? RandomNumberGenerator.GetBytes(SourceRegistry.ShortestSalt)
            : checkpointer.ReadPart(SourcesName, SourceRegistry.Load).Salt.ToArray();
        var sources = new SourceRegistry(options.KeepSourceKeys, ranks.Broadcast(salt));
        var sourceOf = documents.Select(document => string.IsNullOrEmpty(document.Source) ? -1 : sources.GetOrAdd(document.Source)).ToArray();
        // Checked before the tokenizer is trained, with the smallest vocabulary that there is.
        options.Model.Resolve(vocabularySize: 1, sources.Count);
        // Several ranks stop at the same step.
        if (ranks.Size == 1)
            cancellationToken.ThrowIfCancellationRequested();
        var tokenizer = BytePairTokenizer.Create(options.Tokenizer, documents.Select(document => document.Text));
        var config = options.Model.Resolve(tokenizer.VocabularySize, sources.Count);

        var corpora = TokenCorpora.Of([.. documents.Select((document, i) => Tokenize(document.Text, sourceOf[i], tokenizer, options.Training.ShuffleSentences))]);
        var heldOut = new MemoryCorpus(WithText(validation).Select(document => Tokenize(document.Text, KnownIndex(sources, document.Source), tokenizer, inSentences: false)));
        foreach (var warning in CorpusReview.Warnings(corpora, sources.Count, options.Training, config.Allocation))
            warn?.Invoke(warning);

        if (checkpointer is not null || ranks.Size > 1)
        {
            foreach (var (name, value) in BundleIdentity.Of(tokenizer, sources, corpora, heldOut))
                identity.Add(name, value);
            TrainingRanks.RequireSame(ranks, identity);
            checkpointer?.Identify(identity, [(SourcesName, stream => sources.Save(stream))], precision);
        }

        var index = options.Routing == SinkRouting.NearestSources ? MakeIndex(documents, sourceOf, sources) : null;
        var model = new NullsModel(config, device);
        try
        {
            new Trainer(model, config.CreateAllocation(), options.Training with { Precision = precision }, options.Seed, ranks)
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

    private static SourceIndex MakeIndex(Document[] documents, int[] sourceOf, SourceRegistry sources)
    {
        using var builder = new SourceIndexBuilder(sources.Salt, SourceIndexBuilder.TermsPerSource(sources.Count));
        for (var i = 0; i < documents.Length; i++)
        {
            if (sourceOf[i] >= 0)
                builder.Add(sourceOf[i], documents[i].Text);
        }

        return builder.Build();
    }
}
