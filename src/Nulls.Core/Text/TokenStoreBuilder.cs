using System.Security.Cryptography;
using Nulls.Sources;
using Nulls.Storage;

namespace Nulls.Text;

/// <summary>Brings a corpus into a token store: reads it, and tokenizes what is not there yet.</summary>
/// <remarks>
/// The corpus is read once to know it by its digests (and to count words, where a tokenizer is trained), and once more to tokenize it. A
/// store that is whole needs the first reading alone. A build that was killed continues behind its last whole segment.
/// </remarks>
/// <param name="folder">The store's folder.</param>
/// <param name="corpus">The corpus. Every reading must give the same documents.</param>
/// <param name="tokenizerOptions">The tokenizer.</param>
/// <param name="inSentences">Whether documents are split into sentences.</param>
/// <param name="sources">The registry, empty. New sources are added; where there is a store, under its salt.</param>
/// <param name="cancellationToken">Stops the build between two documents.</param>
internal sealed class TokenStoreBuilder(
    string folder, IEnumerable<Document> corpus, TokenizerOptions tokenizerOptions, bool inSentences, SourceRegistry sources, CancellationToken cancellationToken)
{
    private const string TokenizerName = "tokenizer.json";

    private readonly TokenStoreManifest.Vocabulary? _vocabulary = TokenStoreManifest.Vocabulary.Of(tokenizerOptions);
    private TokenStoreManifest? _manifest = ReadManifest(folder);

    /// <summary>Reads the corpus, and checks that what the folder holds is of the same one.</summary>
    /// <param name="words">Counts the words of the texts; null when no tokenizer is trained.</param>
    /// <param name="charactersPerSegment">How many characters fill a segment; null, the default, is 32 million.</param>
    /// <exception cref="InvalidOperationException">The folder holds the tokens of another corpus or tokenizer.</exception>
    /// <exception cref="InvalidDataException">The folder is damaged, or of a newer version.</exception>
    public CorpusScan Scan(out WordCounts? words, long? charactersPerSegment = null)
    {
        RequireSameOptions();
        words = _manifest is null ? BytePairTokenizer.CreateTrainer(tokenizerOptions)?.CreateCounts() : null;
        var scan = charactersPerSegment is { } characters
            ? CorpusScan.Read(corpus, sources, words, cancellationToken, characters)
            : CorpusScan.Read(corpus, sources, words, cancellationToken);
        RequireSameCorpus(scan);
        return scan;
    }

    /// <summary>Trains the tokenizer, reads it from the files that the options name, or takes the folder's.</summary>
    public BytePairTokenizer GetTokenizer(CorpusScan scan, WordCounts? words)
    {
        var tokenizer = (_vocabulary, _manifest) switch
        {
            (null, _) => BytePairTokenizer.Read(tokenizerOptions),
            (_, null) => new BytePairTokenizer(BytePairTokenizer.CreateTrainer(tokenizerOptions)!.Train(words!)), // Both are there when a tokenizer is trained.
            _ => ReadTokenizer(),
        };
        var digest = Digest(tokenizer);
        if (_manifest is null)
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(Path.Combine(folder, TokenizerName), tokenizer.Save);
            var salt = Convert.ToHexStringLower(sources.Salt);
            _manifest = new TokenStoreManifest(
                TokenStoreManifest.FormatName, TokenStoreManifest.CurrentVersion, salt, digest, _vocabulary,
                tokenizer.VocabularySize <= 1 << 16 ? sizeof(ushort) : sizeof(int), inSentences, sources.Count, scan);
            _manifest.Write(folder);
        }
        else if (_manifest.Tokenizer != digest)
        {
            throw Differs("Tokenizer", $"one with SHA-256 {_manifest.Tokenizer}", $"one with {digest}");
        }

        return tokenizer;
    }

    /// <summary>Tokenizes what is not there yet, and opens the store.</summary>
    /// <param name="tokenizer">What <see cref="GetTokenizer"/> returned.</param>
    /// <param name="onDocument">Called with each document's text and source, -1 for none, in order. Given, the corpus is read in any case.</param>
    /// <exception cref="InvalidOperationException">The corpus gave other documents than before.</exception>
    /// <exception cref="IOException">The disk is full; whole segments stay.</exception>
    public TokenStore Build(BytePairTokenizer tokenizer, Action<string, int>? onDocument)
    {
        var manifest = _manifest!; // Written by GetTokenizer.
        var segments = manifest.Corpus.Segments;
        var isThere = segments.Select((_, number) => File.Exists(TokenStore.SegmentPath(folder, number))).ToArray();
        var needed = onDocument is null ? Array.LastIndexOf(isThere, false) + 1 : segments.Count;
        if (needed > 0)
        {
            using var documents = corpus.Where(document => !string.IsNullOrEmpty(document.Text)).GetEnumerator();
            for (var number = 0; number < needed; number++)
                BuildSegment(number, isThere[number], tokenizer, documents, onDocument);
        }

        return TokenStore.Open(folder, manifest);
    }

    private void BuildSegment(int number, bool isThere, BytePairTokenizer tokenizer, IEnumerator<Document> documents, Action<string, int>? onDocument)
    {
        using var digest = new CorpusDigest();
        var plan = _manifest!.Corpus.Segments[number];
        var read = Take(documents, plan.Documents, digest);
        if (isThere)
        {
            foreach (var document in read)
                onDocument?.Invoke(document.Text, IndexOf(document));
            RequireUnchanged();
            return;
        }

        SegmentFormat.Write(TokenStore.SegmentPath(folder, number), _manifest.Kind, Tokenize(), () =>
        {
            RequireUnchanged();
            return plan.Digest;
        });

        IEnumerable<(int[][], int)> Tokenize()
        {
            foreach (var (document, sentences) in new CorpusTokenizer(tokenizer, inSentences).Run(read, cancellationToken))
            {
                var source = IndexOf(document);
                onDocument?.Invoke(document.Text, source);
                yield return (sentences, source);
            }
        }

        void RequireUnchanged()
        {
            if (digest.Take() != plan.Digest)
                throw Unsteady();
        }
    }

    private IEnumerable<Document> Take(IEnumerator<Document> documents, int count, CorpusDigest digest)
    {
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!documents.MoveNext())
                throw Unsteady();
            digest.Add(documents.Current);
            yield return documents.Current;
        }
    }

    private int IndexOf(Document document)
    {
        if (string.IsNullOrEmpty(document.Source))
            return -1;
        return sources.TryGetIndex(document.Source, out var index) ? index : throw Unsteady();
    }

    private BytePairTokenizer ReadTokenizer()
    {
        var path = Path.Combine(folder, TokenizerName);
        if (!File.Exists(path))
            throw new InvalidDataException($"The token store '{folder}' is not whole: '{TokenizerName}' is missing. Delete the folder to tokenize the corpus again.");
        using var stream = File.OpenRead(path);
        return BytePairTokenizer.Load(stream);
    }

    private void RequireSameOptions()
    {
        if (_manifest is null)
            return;
        if (_manifest.InSentences != inSentences)
            throw Differs("ShuffleSentences", $"{_manifest.InSentences}", $"{inSentences}");
        if (_manifest.Salt != Convert.ToHexStringLower(sources.Salt))
            throw Differs("SourceSalt", "another", "the one of the options");
        if (_manifest.TrainedWith != _vocabulary)
            throw Differs("Tokenizer", Describe(_manifest.TrainedWith), Describe(_vocabulary));
    }

    private void RequireSameCorpus(CorpusScan scan)
    {
        if (_manifest is null || _manifest.Corpus.Segments.SequenceEqual(scan.Segments))
            return;
        var stored = _manifest.Corpus;
        if (stored.Documents != scan.Documents || stored.General != scan.General)
            throw Differs("Corpus", Describe(stored), Describe(scan));

        var first = stored.Segments.Zip(scan.Segments).TakeWhile(pair => pair.First == pair.Second).Sum(pair => (long)pair.First.Documents);
        throw Differs("Corpus", Describe(stored), $"as many, but with another text, source or order behind the first {first:N0},");
    }

    private InvalidOperationException Differs(string what, string there, string here) => new(
        $"The token store '{folder}' is of another training: {what} is {there} there and {here} here. Nothing was changed. "
        + "Continue that training as it was begun, choose another WorkFolder, or delete this one to begin anew.");

    private static string Describe(CorpusScan scan) => $"{scan.Documents:N0} documents of which {scan.General:N0} have no source";

    private static InvalidOperationException Unsteady() => new(
        "The corpus gave other documents when it was read again. With a work folder it is read more than once, and must give the same documents in the same order each time: " +
        "give a list, a file or a data view that is not shuffled anew, or train without WorkFolder.");

    /// <summary>Reads what a store is of; null when there is none, or none of its segments is whole and so nothing could be lost.</summary>
    /// <exception cref="InvalidDataException">The description is damaged, or of a newer version.</exception>
    public static TokenStoreManifest? ReadManifest(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder, "segment-*.tokens").Any() ? TokenStoreManifest.Read(folder) : null;

    private static string Describe(TokenStoreManifest.Vocabulary? vocabulary) => vocabulary is null
        ? "read from files"
        : $"one trained to {vocabulary.Size:N0} tokens ({nameof(TokenizerOptions.SplitsDigits)} {vocabulary.SplitsDigits}, {nameof(TokenizerOptions.AddsPrefixSpace)} {vocabulary.AddsPrefixSpace})";

    private static string Digest(BytePairTokenizer tokenizer)
    {
        using var stream = new MemoryStream();
        tokenizer.Save(stream);
        return Convert.ToHexStringLower(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
    }
}
