using System.Security.Cryptography;
using Nulls.Distributed;
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

    /// <param name="corpus">The texts and their sources. With a work folder they are read more than once, and must stay the same.</param>
    /// <param name="options">Sizes, training, tokenizer and the rest.</param>
    /// <param name="validation">Texts that are held out.</param>
    /// <param name="progress">Told the state of the training now and then.</param>
    /// <param name="warn">Told what is amiss but does not end the training.</param>
    /// <param name="inform">Told what the corpus holds, and the number of its sources, once it is read and before anything is made of it.</param>
    /// <param name="cancellationToken">Stops between two documents or two steps.</param>
    public static BundleContents Run(
        IEnumerable<Document> corpus, NullsBundleOptions options, IEnumerable<Document> validation,
        IProgress<TrainingProgress>? progress, Action<string>? warn, Action<CorpusScan, int>? inform, CancellationToken cancellationToken)
    {
        var ranks = DataParallel.Ranks;
        return TrainingRanks.Guard(ranks, options.WorkFolder, () => ranks.Rank == 0
            ? Run(ranks, corpus, options, validation, progress, warn, inform, cancellationToken)
            : Run(ranks, corpus, options, validation, progress: null, warn: null, inform: null, cancellationToken));
    }

    private static BundleContents Run(
        ICollective ranks, IEnumerable<Document> corpus, NullsBundleOptions options, IEnumerable<Document> validation,
        IProgress<TrainingProgress>? progress, Action<string>? warn, Action<CorpusScan, int>? inform, CancellationToken cancellationToken)
    {
        TrainingRanks.ShareCores(ranks);
        var device = TorchDevice.Parse(ranks.Size > 1 && options.Device == "cuda" ? $"cuda:{DataParallel.LocalRank}" : options.Device);
        var scoringPrecision = TrainingRanks.Agree(ranks, PrecisionCheck.Resolve(options.ScoringPrecision, device));
        // Rank 0 alone holds the work folder and writes it; the others read the corpus there.
        using var workFolder = options.WorkFolder is null || ranks.Rank > 0 ? null : WorkFolder.Open(options.WorkFolder);
        var checkpointer = workFolder is null ? null : new Checkpointer(workFolder, options.Training, warn, ranks.Size, TimeProvider.System);
        var identity = BundleIdentity.Of(options);
        checkpointer?.RequireSame(identity);

        // A training that goes on keeps what it began with.
        var precision = TrainingRanks.Agree(ranks, checkpointer?.SavedPrecision is { } saved
            ? PrecisionCheck.ResolveSaved(saved, device, options.WorkFolder!) // Where there is a checkpointer, there is a folder.
            : PrecisionCheck.Resolve(options.Training.Precision, device));

        var sources = new SourceRegistry(options.KeepSourceKeys, ranks.Broadcast(ChooseSalt(options, checkpointer, workFolder)));
        var withoutText = 0L;
        using var read = ReadCorpus(ranks, corpus, sources, options, Check, ranks.Size == 1 ? cancellationToken : default); // Several ranks stop at the same step.
        var (corpora, tokenizer) = (read.Corpora, read.Tokenizer);
        if (options.BlankedSources.Count > 0)
            corpora = corpora with { Sources = new BlankedCorpus(corpora.Sources, options.BlankedSources.Select(key => KnownIndex(sources, key)).ToHashSet(), tokenizer.EndOfTextId) };
        var config = options.Model.Resolve(tokenizer.VocabularySize, sources.Count);
        RequireTokens(corpora, options);
        var heldOut = new MemoryCorpus(validation.Where(document => !string.IsNullOrEmpty(document.Text))
            .Select(document => new TokenDocument([tokenizer.Encode(document.Text)], KnownIndex(sources, document.Source))));
        if (withoutText + read.WithoutTokens > 0)
            warn?.Invoke($"{withoutText:N0} documents have no text, and {read.WithoutTokens:N0} a text without tokens: they are left out.");
        foreach (var warning in CorpusReview.Warnings(corpora, sources.Count, options.Training, config.Allocation))
            warn?.Invoke(warning);

        if (checkpointer is not null || ranks.Size > 1)
        {
            foreach (var (name, value) in BundleIdentity.Of(tokenizer, sources, corpora, heldOut))
                identity.Add(name, value);
            TrainingRanks.RequireSame(ranks, identity);
            checkpointer?.Identify(identity, [(SourcesName, stream => sources.Save(stream))], precision);
        }

        var model = new NullsModel(config, device);
        try
        {
            var shared = options.Training.SharedDropout == 0 ? null : SharedStatements.Find(
                corpora.Sources, TokenShapes.Of(tokenizer), options.Training.MinSources, cancellationToken: ranks.Size == 1 ? cancellationToken : default);
            var firstPhase = options.FirstPhasePath is null || options.Training.BackboneSteps == 0 ? null : new FirstPhaseFile(options.FirstPhasePath);
            new Trainer(model, config.CreateAllocation(), options.Training with { Precision = precision }, options.Seed, ranks, shared, firstPhase)
                .Train(corpora, tokenizer.EndOfTextId, progress, heldOut, checkpointer, cancellationToken);
            return new BundleContents(model, tokenizer, sources, read.Index, scoringPrecision);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        void Check(CorpusScan scan)
        {
            withoutText = scan.WithoutText;
            inform?.Invoke(scan, sources.Count);
            RequireSources(scan, options);
            // With the smallest vocabulary that there is: the tokenizer is not known yet.
            options.Model.Resolve(vocabularySize: 1, sources.Count);
        }
    }

    // Under the salt of the work folder, so that the same keys have the same ids; a salt that is given must be that one.
    private static byte[] ChooseSalt(NullsBundleOptions options, Checkpointer? checkpointer, WorkFolder? workFolder)
    {
        if (!options.SourceSalt.IsEmpty)
            return options.SourceSalt.ToArray();
        if (checkpointer?.Saved is not null)
            return checkpointer.ReadPart(SourcesName, SourceRegistry.Load).Salt.ToArray();
        return (workFolder is null ? null : TrainingCorpus.SaltIn(workFolder.StoreFolder)) ?? RandomNumberGenerator.GetBytes(SourceRegistry.ShortestSalt);
    }

    private static TrainingCorpus ReadCorpus(
        ICollective ranks, IEnumerable<Document> corpus, SourceRegistry sources, NullsBundleOptions options, Action<CorpusScan> check, CancellationToken cancellationToken)
    {
        if (options.WorkFolder is null)
            return TrainingCorpus.InMemory(corpus, sources, options, check, cancellationToken);

        var folder = WorkFolder.StoreFolderIn(options.WorkFolder);
        if (ranks.Rank > 0)
        {
            ranks.Barrier();
            if (TrainingCorpus.SaltIn(folder) is null)
                throw new IOException($"Rank {ranks.Rank} finds no tokens in '{folder}', where rank 0 has written them. Choose a WorkFolder on a file system that all ranks share.");
        }

        var read = TrainingCorpus.InStore(folder, corpus, sources, options, check, cancellationToken);
        if (ranks.Rank == 0)
            ranks.Barrier();
        return read;
    }

    private static int KnownIndex(SourceRegistry sources, string? key) =>
        string.IsNullOrEmpty(key) || !sources.TryGetIndex(key, out var index) ? -1 : index;

    private static void RequireSources(CorpusScan scan, NullsBundleOptions options)
    {
        if (scan.Documents == 0)
            throw new ArgumentException("The corpus has no text: every document is empty, or there is none.", nameof(scan));
        if (scan.General == scan.Documents)
            throw new ArgumentException($"None of the {scan.Documents:N0} documents has a source, so there would be nothing to unlearn. Fill the source column, for example with the article, the book or the customer that each text is from.", nameof(scan));
        if (options.Training.BackboneSteps > 0 && scan.General == 0)
            throw NoGeneralText(options);
    }

    private static void RequireTokens(TokenCorpora corpora, NullsBundleOptions options)
    {
        if (corpora.Sources.Count == 0)
            throw new ArgumentException("No text of any source has a token: what is left of them is white space, or characters that the tokenizer does not know. Give other texts or another tokenizer.", nameof(corpora));
        if (options.Training.BackboneSteps > 0 && corpora.General.Count == 0)
            throw NoGeneralText(options);
    }

    private static ArgumentException NoGeneralText(NullsBundleOptions options) => new(
        $"BackboneSteps is {options.Training.BackboneSteps:N0}, but every document has a source: the backbone can be trained first only on text without one. Add such text, or set BackboneSteps to 0.", nameof(options));
}
