using Microsoft.ML.Runtime;
using Nulls.MLNet.Persistence;
using Nulls.Torch;
using TorchSharp;

namespace Nulls.MLNet;

/// <summary>Where a model runs: as the options say, else as the context says, else on the CPU.</summary>
internal static class Devices
{
    /// <exception cref="InvalidOperationException">The context names a CUDA device that this process does not have and forbids the CPU.</exception>
    public static string Choose(string? requested, IHostEnvironment environment, IChannel channel)
    {
        if (requested is not null)
            return requested;
        if (MLNetInternals.GetGpuDeviceId(environment) is not { } index)
            return "cpu";

        NativeBackend.EnsureLoaded();
        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (index >= 0 && index < count)
            return $"cuda:{index}";

        var finding = $"MLContext.GpuDeviceId is {index}, but this process has {count} CUDA devices";
        if (!MLNetInternals.GetFallbackToCpu(environment))
        {
            throw new InvalidOperationException(
                $"{finding}. Set MLContext.FallbackToCpu to true to run on the CPU, or build the application with a CUDA backend (-p:NullsBackend=cuda).");
        }

        channel.Warning(MessageSensitivity.None, $"{finding}: the model runs on the CPU.");
        return "cpu";
    }
}
