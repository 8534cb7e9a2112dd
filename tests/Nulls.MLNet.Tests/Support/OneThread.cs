using System.Runtime.CompilerServices;
using Nulls.Torch;
using TorchSharp;

namespace Nulls.MLNet.Tests.Support;

internal static class OneThread
{
    // Networks this small gain nothing from a second thread, and on a busy machine they wait for it: up to forty times as long.
#pragma warning disable CA2255 // A test assembly is as much an application as a library.
    [ModuleInitializer]
    internal static void Use()
    {
        NativeBackend.EnsureLoaded();
        torch.set_num_threads(1);
    }
#pragma warning restore CA2255
}
