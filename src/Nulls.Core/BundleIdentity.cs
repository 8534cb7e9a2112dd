using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nulls.Sources;
using Nulls.Storage;
using Nulls.Text;
using Nulls.Training;

namespace Nulls;

/// <summary>What makes a training the one that it is, by name and in words: where all of it agrees, a run goes on with another run's training.</summary>
/// <remarks>
/// Left out, because they change no bit of what is trained, are the interval of reports and checkpoints, the work folder and the
/// routing. Device, threads and the version of Torch may change the last bits and are warned of.
/// </remarks>
internal static class BundleIdentity
{
    private static readonly string[] FreeOptions =
        [nameof(TrainingOptions.StepsPerReport), nameof(TrainingOptions.CheckpointInterval), nameof(TrainingOptions.StepsPerCheckpoint)];

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Returns the seed of the training that a work folder holds; null when it holds none.</summary>
    /// <exception cref="InvalidDataException">The folder holds a damaged checkpoint.</exception>
    public static int? SeedIn(string workFolder) =>
        new CheckpointFolder(WorkFolder.CheckpointFolderIn(workFolder)).ReadManifest()?.Identity.GetValueOrDefault(nameof(NullsBundleOptions.Seed)) is { } seed
            ? int.Parse(seed, CultureInfo.InvariantCulture)
            : null;

    /// <summary>What is known before the corpus is read.</summary>
    public static Dictionary<string, string> Of(NullsBundleOptions options)
    {
        var identity = new Dictionary<string, string>
        {
            ["Version of Nulls"] = $"{typeof(NullsBundle).Assembly.GetName().Version}",
            [nameof(options.Seed)] = options.Seed.ToString(CultureInfo.InvariantCulture),
            [nameof(options.KeepSourceKeys)] = $"{options.KeepSourceKeys}",
        };
        foreach (var (name, part) in new (string, object)[] { (nameof(options.Model), options.Model), (nameof(options.Training), options.Training) })
        {
            foreach (var property in JsonSerializer.SerializeToElement(part, Json).EnumerateObject().Where(property => !FreeOptions.Contains(property.Name)))
                identity[$"{name}.{property.Name}"] = property.Value.GetRawText().Trim('"');
        }

        return identity;
    }

    /// <summary>What is known once the corpus is read.</summary>
    public static Dictionary<string, string> Of(BytePairTokenizer tokenizer, SourceRegistry sources, TokenCorpora corpora, ITokenCorpus validation) => new()
    {
        ["Corpus"] = TokenDigest.Of(corpora.Sources, corpora.General),
        ["Validation"] = validation.Count == 0 ? "none" : TokenDigest.Of(validation),
        ["Tokenizer"] = string.Create(CultureInfo.InvariantCulture, $"{tokenizer.VocabularySize:N0} tokens with SHA-256 {DigestOf(tokenizer)}"),
        ["Sources"] = string.Create(CultureInfo.InvariantCulture, $"{sources.Count:N0} sources with SHA-256 {Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(sources.Ids)))}"),
    };

    private static string DigestOf(BytePairTokenizer tokenizer)
    {
        using var stream = new MemoryStream();
        tokenizer.Save(stream);
        return Convert.ToHexStringLower(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
    }
}
