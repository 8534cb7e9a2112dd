using Nulls.Model;
using static TorchSharp.torch;

namespace Nulls.Tests.Support;

/// <summary>A fact about bfloat16 by name; skipped, with the reason, on processors that have none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedingBFloat16Attribute : FactAttribute
{
    public FactNeedingBFloat16Attribute()
    {
        try
        {
            PrecisionCheck.Resolve(Precision.BFloat16, CPU);
        }
        catch (PlatformNotSupportedException exception)
        {
            Skip = exception.Message;
        }
    }
}
