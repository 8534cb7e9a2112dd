using System.Text.Json;
using Nulls.Storage;

namespace Nulls.Training;

/// <summary>What a checkpoint says of itself; its other files hold tensors and whatever else the training needs to go on.</summary>
/// <param name="Format">Always <see cref="CheckpointFolder.FormatName"/>.</param>
/// <param name="Version">The version of the format.</param>
/// <param name="IsFinished">Whether the training has ended: then the weights are those that it returned.</param>
/// <param name="Identity">What a training must agree in to be the one that was begun, by name: options, and digests of what is too long to be written.</param>
/// <param name="Environment">Where the training ran, by name. It may change, and with it the last bits of what comes out.</param>
/// <param name="ComputeType">The type that products run in.</param>
/// <param name="State">Where the training stands.</param>
/// <param name="BestDigest">The SHA-256 of the file of the best weights; null when there is none.</param>
/// <param name="Parts">The SHA-256 of every other file.</param>
internal sealed record CheckpointManifest(
    string Format,
    int Version,
    bool IsFinished,
    IReadOnlyDictionary<string, string> Identity,
    IReadOnlyDictionary<string, string> Environment,
    string ComputeType,
    TrainingState State,
    string? BestDigest,
    IReadOnlyDictionary<string, string> Parts);

/// <summary>A checkpoint as a folder: parts, and a manifest with the digest of each. It is there whole or not at all.</summary>
internal sealed class CheckpointFolder(string path)
{
    public const string FormatName = "Nulls checkpoint";
    public const int Version = 1;

    private const string ManifestName = "checkpoint.json";

    /// <summary>Gets where the folder is.</summary>
    public string Path => path;

    /// <summary>Reads the manifest, or returns null when there is no checkpoint. Puts right first what a process left that died while it wrote one.</summary>
    /// <exception cref="InvalidDataException">The folder holds something else, or a damaged checkpoint, or one of a newer version.</exception>
    public CheckpointManifest? ReadManifest()
    {
        AtomicFolder.Recover(path);
        if (!Directory.Exists(path))
            return null;

        var file = System.IO.Path.Combine(path, ManifestName);
        if (!File.Exists(file))
            throw new InvalidDataException($"The folder '{path}' holds no checkpoint: '{ManifestName}' is missing. {Remedy}");
        try
        {
            using var stream = File.OpenRead(file);
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out var format) || format.ToString() != FormatName)
                throw new InvalidDataException($"'{file}' is not the manifest of a checkpoint: \"format\" must be \"{FormatName}\". {Remedy}");
            if (!root.TryGetProperty("version", out var version) || !version.TryGetInt32(out var number) || number < 1)
                throw new InvalidDataException($"'{file}' has no valid \"version\". {Remedy}");
            if (number != Version)
                throw new InvalidDataException($"The checkpoint in '{path}' has version {number} of the format, and this library reads version {Version}. Continue with the version of Nulls.MLNet that wrote it, or choose another WorkFolder.");
            return root.Deserialize<CheckpointManifest>(ManifestJson.Options)!; // The root is an object.
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"'{file}' is damaged: {exception.Message} {Remedy}", exception);
        }
    }

    /// <summary>Reads a part, to its end, and checks its digest.</summary>
    /// <exception cref="InvalidDataException">The part is missing or damaged.</exception>
    public T ReadPart<T>(CheckpointManifest manifest, string name, Func<Stream, T> read) =>
        ReadDigested(System.IO.Path.Combine(path, name), manifest.Parts.GetValueOrDefault(name), read);

    /// <summary>Reads a file of the checkpoint, in the folder or beside it, to its end, and checks its digest.</summary>
    /// <exception cref="InvalidDataException">The file is missing or damaged.</exception>
    public static T ReadDigested<T>(string file, string? expected, Func<Stream, T> read)
    {
        if (expected is null || !File.Exists(file))
            throw new InvalidDataException($"The checkpoint is not whole: '{file}' is missing. {Remedy}");

        using var stream = File.OpenRead(file);
        using var digesting = new DigestingStream(stream);
        try
        {
            var value = read(digesting);
            var digest = digesting.DigestToEnd();
            return digest == expected
                ? value
                : throw new InvalidDataException($"Its SHA-256 is {digest}, but was {expected} when it was written.");
        }
        catch (InvalidDataException cause)
        {
            throw new InvalidDataException($"The checkpoint is damaged in '{file}'. {cause.Message} {Remedy}", cause);
        }
    }

    /// <summary>Writes a checkpoint aside and puts it in place of an earlier one once all of it is on the disk.</summary>
    /// <param name="manifest">The manifest, whose digests are filled in.</param>
    /// <param name="parts">The other files.</param>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written. The earlier checkpoint is as it was.</exception>
    public void Write(CheckpointManifest manifest, IEnumerable<(string Name, Action<Stream> Write)> parts) =>
        AtomicFolder.Write(path, ManifestName, aside =>
        {
            var digests = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, write) in parts)
            {
                using var file = File.Create(System.IO.Path.Combine(aside, name));
                using var digesting = new DigestingStream(file);
                write(digesting);
                digests[name] = digesting.Digest();
            }

            using var manifestFile = File.Create(System.IO.Path.Combine(aside, ManifestName));
            JsonSerializer.Serialize(manifestFile, manifest with { Parts = digests }, ManifestJson.Options);
        });

    private const string Remedy = "Restore the work folder from a copy, or delete it to begin anew.";
}
