using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Sources;
using Nulls.Storage;
using Nulls.Text;
using static TorchSharp.torch;

namespace Nulls;

/// <summary>The saved form of a bundle: parts by name, and a manifest, written last, that holds sizes, state and the digest of every other part.</summary>
internal static class BundleFormat
{
    public const string ManifestName = "nulls.json";

    private const string FormatName = "Nulls model";
    private const int Version = 1;
    private const string TokenizerName = "tokenizer.json";
    public const string SourcesName = "sources.bin";
    private const string IndexName = "source-index.bin";
    public const string WeightsName = "model.safetensors";

    public static IEnumerable<(string Name, Action<Stream> Write)> Parts(BundleContents contents, RouteSettings routes, SourceSet unlearned)
    {
        var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
        yield return Digested(TokenizerName, contents.Tokenizer.Save);
        // Nothing in words about a source that is unlearned: no key, no term of its texts.
        yield return Digested(SourcesName, stream => contents.Sources.Save(stream, unlearned.Contains));
        if (contents.Index is { } index)
            yield return Digested(IndexName, stream => index.Save(stream, unlearned.Contains));
        yield return Digested(WeightsName, stream => SafetensorsWriter.Write(stream, NamedWeights(contents.Model)));
        yield return (ManifestName, stream => JsonSerializer.Serialize(
            stream, new Manifest(FormatName, Version, contents.Config, SavedRouting(), [.. unlearned], digests, !routes.ReportsSources), ManifestJson.Options));

        // A user's router is not saved: without it and without an index there is nothing to find the nearest sources with.
        SinkRouting SavedRouting() => RoutingRule.NeedsNearest(routes.Routing) && contents.Index is null ? SinkRouting.Backbone : routes.Routing;

        (string, Action<Stream>) Digested(string name, Action<Stream> write)
        {
            return (name, WriteDigested);

            void WriteDigested(Stream stream)
            {
                using var digesting = new DigestingStream(stream);
                write(digesting);
                digests[name] = digesting.Digest();
            }
        }
    }

    public static NullsBundle Load(Action<string, Action<Stream>> readPart, Device device, Precision precision)
    {
        var scoringPrecision = PrecisionCheck.Resolve(precision, device);
        var manifest = Read(readPart, ManifestName, ReadManifest);
        var tokenizer = ReadDigested(TokenizerName, BytePairTokenizer.Load);
        var sources = ReadDigested(SourcesName, SourceRegistry.Load);
        var index = manifest.Parts.ContainsKey(IndexName) ? ReadDigested(IndexName, SourceIndex.Load) : null;
        RequireFit(manifest, tokenizer, sources, index);
        var model = new NullsModel(manifest.Config, device);
        try
        {
            ReadDigested(WeightsName, stream => SafetensorsReader.ReadAllInto(stream, WeightsName, NamedWeights(model)));
            return new NullsBundle(new BundleContents(model, tokenizer, sources, index, scoringPrecision, manifest.Parts[WeightsName]), new RouteSettings(manifest.Routing, Router: null, !manifest.HidesRoutedSources), SourceSet.Of(manifest.Unlearned));
        }
        catch
        {
            model.Dispose();
            throw;
        }

        T ReadDigested<T>(string name, Func<Stream, T> read) => Read(readPart, name, stream =>
        {
            using var digesting = new DigestingStream(stream);
            var value = read(digesting);
            var digest = digesting.DigestToEnd();
            if (!manifest.Parts.TryGetValue(name, out var expected) || digest != expected)
                throw new InvalidDataException($"The part '{name}' of the model is damaged: its SHA-256 is {digest}, but '{ManifestName}' says {expected ?? "nothing"}. Restore the model from a copy.");
            return value;
        });
    }

    /// <summary>Computes the SHA-256 of the weights as they are saved: what a saved model's manifest says of them.</summary>
    public static string DigestOfWeights(NullsModel model)
    {
        using var digesting = new DigestingStream(Stream.Null);
        SafetensorsWriter.Write(digesting, NamedWeights(model));
        return digesting.Digest();
    }

    private static T Read<T>(Action<string, Action<Stream>> readPart, string name, Func<Stream, T> read)
    {
        var (isRead, value) = (false, default(T)!);
        readPart(name, stream => (isRead, value) = (true, read(stream)));
        return isRead ? value : throw new InvalidDataException($"The model has no part '{name}'.");
    }

    private static Manifest ReadManifest(Stream stream)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out var format) || format.ToString() != FormatName)
                throw new InvalidDataException($"'{ManifestName}' is not the manifest of a Nulls model: \"format\" must be \"{FormatName}\".");
            if (!root.TryGetProperty("version", out var version) || !version.TryGetInt32(out var number) || number < 1)
                throw new InvalidDataException($"'{ManifestName}' has no valid \"version\".");
            if (number > Version)
                throw new InvalidDataException($"The model was saved in version {number} of the format, and this library reads up to version {Version}. Update Nulls.MLNet.");

            var manifest = root.Deserialize<Manifest>(ManifestJson.Options)!;
            manifest.Config.Validate();
            return manifest;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"'{ManifestName}' is damaged: {exception.Message}", exception);
        }
    }

    private static void RequireFit(Manifest manifest, BytePairTokenizer tokenizer, SourceRegistry sources, SourceIndex? index)
    {
        if (tokenizer.VocabularySize > manifest.Config.VocabularySize)
            throw new InvalidDataException($"The tokenizer has {tokenizer.VocabularySize:N0} tokens, but the network knows {manifest.Config.VocabularySize:N0}. Are all parts of the same model?");
        if (manifest.Config.CreateAllocation().Capacity < sources.Count)
            throw new InvalidDataException($"The registry has {sources.Count:N0} sources, more than the sinks in '{ManifestName}' can hold. Are all parts of the same model?");
        if (manifest.Unlearned.Any(unlearned => unlearned < 0 || unlearned >= sources.Count))
            throw new InvalidDataException($"'{ManifestName}' names an unlearned source beyond the registry's {sources.Count:N0}. Are all parts of the same model?");
        if (RoutingRule.NeedsNearest(manifest.Routing) && index is null)
            throw new InvalidDataException($"'{ManifestName}' routes to the nearest sources, but the model has no part '{IndexName}'.");
    }

    private static IReadOnlyList<(string Name, Tensor Tensor)> NamedWeights(NullsModel model) =>
        [.. model.named_parameters().Select(named => (named.name, (Tensor)named.parameter))];

    private sealed record Manifest(
        string Format, int Version, NullsConfig Config, SinkRouting Routing, IReadOnlyList<int> Unlearned, IReadOnlyDictionary<string, string> Parts,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool HidesRoutedSources = false);
}
