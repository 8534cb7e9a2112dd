using Microsoft.ML;
using Nulls.MLNet.Persistence;
using Nulls.Storage;

namespace Nulls.MLNet.Hosting;

/// <summary>Where a served model comes from: loads it, writes an erased one over it, and tells whether there is a newer one.</summary>
internal sealed class ModelOrigin(NullsServiceOptions options, IServiceProvider services)
{
    private const string FolderManifest = "nulls.json";

    /// <summary>Loads the model.</summary>
    /// <exception cref="InvalidDataException">It is damaged, holds not exactly one NULLs model, or has another digest than is expected.</exception>
    public async Task<LoadedModel> LoadAsync(CancellationToken cancellationToken)
    {
        var loaded = options switch
        {
            { OpenModel: { } open } => LoadFile(open),
            { ModelPath: { } path } when options.LoadModel is null || IsThere(path) => LoadPath(),
            { LoadModel: { } make } => InPipeline(await make(services, cancellationToken).ConfigureAwait(false), isToBeSaved: options.ModelPath is not null),
            _ => throw new InvalidOperationException("The options name no model."), // They were validated.
        };
        try
        {
            if (options.ExpectedDigest is { } expected && loaded.Bundle.ModelDigest != expected)
                throw new InvalidDataException($"The model has the digest {loaded.Bundle.ModelDigest}, but ExpectedDigest is {expected}. Deploy that model, or change the option.");
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    /// <summary>Loads what is at the path, whatever its digest.</summary>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or holds not exactly one NULLs model.</exception>
    public LoadedModel LoadPath()
    {
        var path = options.ModelPath!; // Asked for where there is one.
        AtomicFolder.Recover(path);
        var stamp = Stamp();
        var loaded = Directory.Exists(path) ? InPipeline(NullsBundle.Load(path, options.Device, options.ScoringPrecision))
            : File.Exists(path) ? LoadFile(() => File.OpenRead(path))
            : throw new FileNotFoundException($"There is no model at '{Path.GetFullPath(path)}'. Save one there by NullsBundle.Save or ml.Model.Save, or name another place by ModelPath.", path);
        loaded.Stamp = stamp;
        return loaded;
    }

    /// <summary>Writes a model over the one that was loaded, where that can be.</summary>
    /// <returns>What holds the earlier model still; empty when it is written over.</returns>
    public IReadOnlyList<string> Save(LoadedModel loaded, NullsBundle changed)
    {
        if (options.ModelPath is not { } path)
            return [options.OpenModel is null ? "whatever NullsServiceOptions.LoadModel loads or keeps" : "the file that NullsServiceOptions.OpenModel opens"];

        if (loaded.IsFile)
            loaded.Save(changed, path);
        else
            changed.Save(path);
        loaded.Stamp = Stamp();
        return [];
    }

    /// <summary>Tells whether another model was put at the path since.</summary>
    public bool IsReplaced(LoadedModel loaded) => loaded.Stamp is not null && Stamp() is { } stamp && stamp != loaded.Stamp;

    /// <summary>Tells what changes when another model is put at the path; null where there is nothing to look at.</summary>
    public string? Stamp()
    {
        if (options.ModelPath is not { } path)
            return null;
        var file = new FileInfo(Directory.Exists(path) ? Path.Combine(path, FolderManifest) : path);
        return file.Exists ? $"{file.LastWriteTimeUtc.Ticks}:{file.Length}" : null;
    }

    private static bool IsThere(string path)
    {
        AtomicFolder.Recover(path);
        return Path.Exists(path);
    }

    private LoadedModel InPipeline(NullsBundle bundle, bool isToBeSaved = false)
    {
        var ml = new MLContext();
        var transformer = new NullsTransformer(((Microsoft.ML.Runtime.IHostEnvironment)ml).Register(nameof(NullsTransformer)), bundle, new NullsOptions { Generation = options.Generation }.ToScoring());
        return new LoadedModel(ml, transformer, null, bundle.Share()) { IsToBeSaved = isToBeSaved };
    }

    private LoadedModel LoadFile(Func<Stream> open)
    {
        var ml = new MLContext();
        if (options.Device.StartsWith("cuda", StringComparison.Ordinal))
            (ml.GpuDeviceId, ml.FallbackToCpu) = (options.Device.Contains(':') ? int.Parse(options.Device.AsSpan(options.Device.IndexOf(':') + 1)) : 0, false);
        ITransformer pipeline;
        DataViewSchema schema;
        using (var stream = open())
            pipeline = ml.Model.Load(stream, out schema);
        try
        {
            var parts = ModelParts.Find(pipeline);
            return parts is [var part]
                ? new LoadedModel(ml, pipeline, schema, part.Bundle.Share()) { IsFile = true }
                : throw new InvalidDataException($"A served file holds one NULLs model, but this one holds {parts.Count}. Save them apart, and serve each under a name.");
        }
        catch
        {
            (pipeline as IDisposable)?.Dispose();
            throw;
        }
    }
}
