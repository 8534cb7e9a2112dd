using System.Text.Json;
using Nulls.Storage;

namespace Nulls.Text;

/// <summary>What a token store is of: written before its first token, so that a build that was killed is continued only with the same corpus.</summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Version">The version of the store's form.</param>
/// <param name="Salt">What the registry hashes sources' keys with, in hexadecimal: the same folder gives the same ids.</param>
/// <param name="Tokenizer">The SHA-256 of the saved tokenizer.</param>
/// <param name="TrainedWith">How the tokenizer was trained; null when it was read from files.</param>
/// <param name="TokenBytes">The bytes of a token.</param>
/// <param name="InSentences">Whether documents are split into sentences.</param>
/// <param name="SourceCount">The number of sources.</param>
/// <param name="Corpus">The corpus, as it was when it was read first.</param>
internal sealed record TokenStoreManifest(
    string Format, int Version, string Salt, string Tokenizer, TokenStoreManifest.Vocabulary? TrainedWith, int TokenBytes, bool InSentences, int SourceCount, CorpusScan Corpus)
{
    public const string FileName = "store.json";
    public const string FormatName = "Nulls token store";
    public const int CurrentVersion = 1;

    /// <summary>Gets what is the same for all segments.</summary>
    public SegmentKind Kind => new(Tokenizer, TokenBytes, InSentences);

    /// <summary>Reads the manifest of a folder, or returns null when there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of a newer version.</exception>
    public static TokenStoreManifest? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            using var stream = File.OpenRead(path);
            var manifest = JsonSerializer.Deserialize<TokenStoreManifest>(stream, ManifestJson.Options);
            if (manifest?.Format != FormatName)
                throw new InvalidDataException($"'{path}' does not describe a token store. Choose another WorkFolder.");
            if (manifest.Version > CurrentVersion)
                throw new InvalidDataException($"The token store '{folder}' has format {manifest.Version}, and this version of Nulls reads formats up to {CurrentVersion}. Use the version that wrote it or a newer one, or choose another WorkFolder.");
            return manifest;
        }
        catch (JsonException cause)
        {
            throw new InvalidDataException($"'{path}' is damaged: {cause.Message} Delete the folder '{folder}' to tokenize the corpus again.", cause);
        }
    }

    /// <summary>Writes the manifest into a folder.</summary>
    public void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, ManifestJson.Options));

    /// <summary>How a tokenizer was trained.</summary>
    internal sealed record Vocabulary(int Size, bool SplitsDigits, bool AddsPrefixSpace)
    {
        /// <summary>Returns how the options have a tokenizer trained, or null when they name files.</summary>
        public static Vocabulary? Of(TokenizerOptions options) => options.VocabularyFile is null && options.TokenizerJsonFile is null
            ? new Vocabulary(options.VocabularySize, options.SplitsDigits, options.AddsPrefixSpace ?? !options.SplitsDigits)
            : null;
    }
}
