using System.Runtime.InteropServices;

namespace Nulls.Torch;

/// <summary>How the threads of GNU OpenMP, among which Torch splits its work on Linux, wait for each other.</summary>
internal static partial class OpenMpThreads
{
    /// <summary>Lets them spin for microseconds only, then sleep. Has an effect before the library is loaded, and none where the user has set how to wait.</summary>
    /// <remarks>
    /// Left alone they spin for milliseconds: as soon as another program wants one of the cores, every operation waits for a thread that
    /// waits for a core, and training takes many times as long.
    /// </remarks>
    public static void SpinBriefly()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
            _ = setenv("GOMP_SPINCOUNT", "1000", overwrite: 0);
    }

    // .NET keeps an environment of its own, which native libraries do not see.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
