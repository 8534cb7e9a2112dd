using System.Runtime.CompilerServices;
using Nulls.Torch;

// Live tensors are counted for the whole process, and Torch uses every core by itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Nulls.Tests.Support;

internal static class TestAssembly
{
    // Tests may touch Torch before any entry of the library does.
    [ModuleInitializer]
    public static void LoadNativeBackend() => NativeBackend.EnsureLoaded();
}
