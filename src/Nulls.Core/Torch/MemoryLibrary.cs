using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nulls.Torch;

/// <summary>A native library loaded from bytes. Linux only.</summary>
/// <remarks>
/// The bytes live in an anonymous file (memfd_create), as the code that .NET compiles does. So nothing is written to a disk that may be
/// full, read-only or mounted without permission to execute; nothing needs cleaning up; and no other user can swap the file.
/// </remarks>
internal static partial class MemoryLibrary
{
    private const uint CloseOnExec = 1;

    /// <summary>Loads the library for the rest of the process.</summary>
    /// <exception cref="IOException">The system gives no anonymous file.</exception>
    /// <exception cref="DllNotFoundException">The system's loader refuses the library.</exception>
    public static void Load(string name, ReadOnlySpan<byte> image)
    {
        var descriptor = memfd_create(name, CloseOnExec);
        if (descriptor < 0)
        {
            var cause = new Win32Exception(Marshal.GetLastPInvokeError());
            throw new IOException($"The system gives no anonymous file in memory to load '{name}' from: {cause.Message}.", cause);
        }

        // What the loader maps stays mapped after the descriptor is closed.
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(file, image, fileOffset: 0);
        NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
}
