using System.Reflection;
using Microsoft.ML;

namespace Nulls.MLNet.Persistence;

/// <summary>What ML.NET keeps internal and we call all the same, and the check that it is there.</summary>
/// <remarks>Another version of ML.NET may rename any of it; then one sentence at the start is better than a missing member after a long training.</remarks>
internal static class RequiredInternals
{
    internal const string BuiltFor = "5.0.1";

    private const BindingFlags AnyMember = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Assembly Core = typeof(ITransformer).Assembly;
    private static readonly Assembly Data = typeof(MLContext).Assembly;

    /// <summary>Gets every internal member that this assembly calls.</summary>
    public static IReadOnlyList<(Assembly Assembly, string Type, string Member)> Members { get; } =
    [
        (Core, "Microsoft.ML.Runtime.ICancelable", "get_IsCanceled"),
        (Core, "Microsoft.ML.Runtime.Contracts", "CheckAlive"),
        (Core, "Microsoft.ML.Runtime.IHostEnvironmentInternal", "get_GpuDeviceId"),
        (Core, "Microsoft.ML.Runtime.IHostEnvironmentInternal", "get_FallbackToCpu"),
        (Core, "Microsoft.ML.SchemaShape", "Create"),
        (Data, "Microsoft.ML.Data.ITransformerChainAccessor", "get_Transformers"),
        (Data, "Microsoft.ML.Data.ITransformerChainAccessor", "get_Scopes"),
        (Core, "Microsoft.ML.LoadableClassAttribute", ".ctor"),
        (Core, "Microsoft.ML.VersionInfo", ".ctor"),
        (Core, "Microsoft.ML.VersionInfo", "ModelSignature"),
        (Core, "Microsoft.ML.ModelHeader", "ModelSignature"),
        (Core, "Microsoft.ML.ModelHeader", "ModelVerReadable"),
        (Core, "Microsoft.ML.ModelHeader", "ModelVerWritten"),
        (Core, "Microsoft.ML.ModelSaveContext", "CheckAtModel"),
        (Core, "Microsoft.ML.ModelSaveContext", "SetVersionInfo"),
        (Core, "Microsoft.ML.ModelSaveContext", "SaveBinaryStream"),
        (Core, "Microsoft.ML.ModelLoadContext", "Header"),
        (Core, "Microsoft.ML.ModelLoadContext", "TryLoadBinaryStream"),
    ];

    private static readonly Lazy<string?> FirstMissing = new(() => FindMissing(Members));

    /// <summary>Checks once that ML.NET has every member.</summary>
    /// <exception cref="NotSupportedException">It lacks one.</exception>
    public static void Verify()
    {
        if (FirstMissing.Value is { } missing)
            throw new NotSupportedException(Describe(missing));
    }

    internal static string? FindMissing(IEnumerable<(Assembly Assembly, string Type, string Member)> members)
    {
        foreach (var (assembly, type, member) in members)
        {
            if (assembly.GetType(type)?.GetMember(member, AnyMember) is null or [])
                return $"{type}.{member}";
        }

        return null;
    }

    internal static string? LoadedVersion => Core.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    internal static string Describe(string missing) =>
        $"Nulls.MLNet was built for Microsoft.ML {BuiltFor}, but this application runs {Core.GetName().Name} "
        + $"{LoadedVersion}, which has no '{missing}'. "
        + $"Reference Microsoft.ML {BuiltFor}, or a version of Nulls.MLNet that was built for yours. "
        + "Models can be saved and loaded without Microsoft.ML by NullsBundle.Save and NullsBundle.Load.";
}
