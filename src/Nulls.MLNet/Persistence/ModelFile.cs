using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Nulls.MLNet.Persistence;
using Nulls.MLNet.Pipeline;
using Nulls.Model;

// ml.Model.Load finds the loader by the assembly's and the loader's names in the file, and this attribute.
[assembly: LoadableClass(typeof(Nulls.MLNet.NullsTransformer), typeof(ModelFile), null, typeof(SignatureLoadModel), "Nulls language model", ModelFile.LoaderName)]

namespace Nulls.MLNet.Persistence;

/// <summary>A NULLs model inside ML.NET's model file: its columns as <c>pipeline.json</c> and the parts of <see cref="NullsBundle"/>, each a stream of its own.</summary>
/// <remarks>ML.NET passes every stream through a file under <c>MLContext.TempFilePath</c>, so there is no 2 GB limit and little memory, but room is needed there.</remarks>
internal static class ModelFile
{
    internal const string LoaderName = "NullsTransform";

    private const string Signature = "NULLSTRF";
    private const string SettingsName = "pipeline.json";

    // Raise the first when the format grows, and the second too when older versions cannot read the result.
    private const uint Written = 1;
    private const uint ReadableBy = 1;
    private const uint OldestReadable = 1;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Save(ModelSaveContext context, NullsBundle bundle, ScoringSettings settings)
    {
        context.CheckAtModel();

        // A full assembly name holds a version, and an older library would not load what a newer one saved.
        context.SetVersionInfo(new VersionInfo(
            Signature, Written, ReadableBy, OldestReadable, typeof(ModelFile).Assembly.GetName().Name, LoaderName));

        context.SaveBinaryStream(SettingsName, writer => JsonSerializer.Serialize(writer.BaseStream, settings, Json));
        foreach (var (name, write) in bundle.Parts)
            context.SaveBinaryStream(name, writer => write(writer.BaseStream));
    }

    // Called by name from ML.NET.
    private static NullsTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        RequiredInternals.Verify();
        CheckVersion(ctx.Header);
        var host = env.Register(NullsEstimator.RegistrationName);
        using var channel = host.Start("Loading");
        var settings = ReadSettings(ctx);
        var device = Devices.Choose(requested: null, env, channel);
        // Another machine may lack what the one had that saved.
        var precision = settings.ScoringPrecision == Precision.Float32 ? Precision.Float32 : Precision.Auto;
        return new NullsTransformer(host, NullsBundle.Load((name, read) => ReadPart(ctx, name, read), device, precision), settings);
    }

    private static void CheckVersion(ModelHeader header)
    {
        if (header.ModelSignature != new VersionInfo(Signature, Written, ReadableBy, OldestReadable, null, LoaderName).ModelSignature)
            throw new InvalidDataException("The model file's entry for a NULLs model holds something else.");
        if (header.ModelVerReadable > Written)
        {
            throw new InvalidDataException(
                $"The model was saved by a newer Nulls.MLNet: reading it takes format {header.ModelVerReadable}, and this version reads up to {Written}. Update Nulls.MLNet.");
        }

        if (header.ModelVerWritten < OldestReadable)
        {
            throw new InvalidDataException(
                $"The model was saved by an older Nulls.MLNet in format {header.ModelVerWritten}, and this version reads from {OldestReadable}. Load and save it with a version in between.");
        }
    }

    private static ScoringSettings ReadSettings(ModelLoadContext context)
    {
        ScoringSettings? settings = null;
        try
        {
            ReadPart(context, SettingsName, stream => settings = JsonSerializer.Deserialize<ScoringSettings>(stream, Json));
            settings?.Validate();
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"Part '{SettingsName}' of the model file is damaged: {exception.Message}", exception);
        }

        return settings ?? throw new InvalidDataException($"Part '{SettingsName}' of the model file is empty.");
    }

    private static void ReadPart(ModelLoadContext context, string name, Action<Stream> read)
    {
        if (!context.TryLoadBinaryStream(name, reader => read(reader.BaseStream)))
            throw new InvalidDataException($"The model file has no part '{name}': it is incomplete, or was changed after it was saved.");
    }
}
