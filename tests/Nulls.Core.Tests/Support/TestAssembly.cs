using System.Runtime.CompilerServices;
using Nulls.Torch;

// Live tensors are counted by process, and the network's own threads fill the cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Nulls.Tests.Support;

internal static class TestAssembly
{
    // Tests reach below the public entries, which load it.
#pragma warning disable CA2255 // A test assembly is as much an application as a library.
    [ModuleInitializer]
    internal static void LoadNativeBackend() => NativeBackend.EnsureLoaded();
#pragma warning restore CA2255
}
