using TorchSharp;

namespace Nulls.MLNet.Tests.Support;

/// <summary>A fact about a GPU; skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedingCudaAttribute : FactAttribute
{
    public FactNeedingCudaAttribute() => Skip = torch.cuda.is_available() ? null : "This machine, or the native backend, has no CUDA device.";
}
