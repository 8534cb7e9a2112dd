using Nulls.Inference;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Text;
using Nulls.Torch;
using Nulls.Training;

namespace Nulls;

/// <summary>From a corpus to a trained model: tokenizer, registry, index of texts, network.</summary>
internal static class BundleTraining
{
    public static BundleContents Run(
        IEnumerable<Document> corpus, NullsBundleOptions options, IProgress<TrainingProgress>? progress, Action<string>? warn, CancellationToken cancellationToken)
    {
        var device = TorchDevice.Parse(options.Device);
        var documents = corpus.Where(document => !string.IsNullOrEmpty(document.Text)).ToArray();
        RequireSources(documents, options);

        var sources = new SourceRegistry(options.KeepSourceKeys, options.SourceSalt.Span);
        var sourceOf = documents.Select(document => string.IsNullOrEmpty(document.Source) ? -1 : sources.GetOrAdd(document.Source)).ToArray();
        // Checked before the tokenizer is trained, with the smallest vocabulary that there is.
        options.Model.Resolve(vocabularySize: 1, sources.Count);
        cancellationToken.ThrowIfCancellationRequested();
        var tokenizer = BytePairTokenizer.Create(options.Tokenizer, documents.Select(document => document.Text));
        var config = options.Model.Resolve(tokenizer.VocabularySize, sources.Count);

        var corpora = TokenCorpora.Of([.. documents.Select((document, i) => Tokenize(document.Text, sourceOf[i], tokenizer, options.Training.ShuffleSentences))]);
        foreach (var warning in CorpusReview.Warnings(corpora, sources.Count, options.Training, config.Allocation))
            warn?.Invoke(warning);

        var index = options.Routing == SinkRouting.NearestSources ? MakeIndex(documents, sourceOf, sources.Salt) : null;
        var model = new NullsModel(config, device);
        try
        {
            new Trainer(model, config.CreateAllocation(), options.Training, options.Seed)
                .Train(corpora, tokenizer.EndOfTextId, progress, cancellationToken);
            return new BundleContents(model, tokenizer, sources, index);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

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
