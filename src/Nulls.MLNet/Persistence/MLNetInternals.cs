using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Nulls.MLNet.Persistence;

/// <summary>The small things that ML.NET keeps internal and we need beside saving and loading.</summary>
internal static class MLNetInternals
{
    /// <summary>Returns whether <c>MLContext.CancelExecution</c> was called.</summary>
    public static bool IsCanceled(IHost host) => host is ICancelable { IsCanceled: true };

    /// <exception cref="OperationCanceledException"><c>MLContext.CancelExecution</c> was called.</exception>
    public static void ThrowIfCanceled(IHost host) => host.CheckAlive();

    /// <summary>Returns <c>MLContext.GpuDeviceId</c>; loading gets the context as another type of environment.</summary>
    public static int? GetGpuDeviceId(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.GpuDeviceId;

    /// <summary>Returns <c>MLContext.FallbackToCpu</c>.</summary>
    public static bool GetFallbackToCpu(IHostEnvironment environment) => environment is not IHostEnvironmentInternal { FallbackToCpu: false };

    /// <summary>Returns the shape of a schema, annotations included.</summary>
    public static SchemaShape GetShape(DataViewSchema schema) => SchemaShape.Create(schema);

    /// <summary>Returns a chain's transformers and when each applies, or null for anything but a chain.</summary>
    public static (ITransformer[] Transformers, TransformerScope[] Scopes)? OpenChain(ITransformer model) =>
        model is ITransformerChainAccessor chain ? (chain.Transformers, chain.Scopes) : null;
}
