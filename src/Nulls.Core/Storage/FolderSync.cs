using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nulls.Storage;

/// <summary>Puts a folder's list of names on the disk.</summary>
internal static partial class FolderSync
{
    private const int ReadOnly = 0;

    /// <summary>Returns once the names in the folder of a file are on the disk. Without it a new file's bytes may outlive a power cut, and its name not.</summary>
    /// <remarks>Windows has no such call and writes names with the file.</remarks>
    /// <exception cref="IOException">The system refuses.</exception>
    public static void FlushFolderOf(string path)
    {
        if (OperatingSystem.IsWindows() || Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder)
            return;

        using var handle = new SafeFileHandle(open(folder, ReadOnly), ownsHandle: true);
        if (handle.IsInvalid || fsync((int)handle.DangerousGetHandle()) != 0)
        {
            var cause = new Win32Exception(Marshal.GetLastPInvokeError());
            throw new IOException($"The names in the folder '{folder}' could not be put on the disk: {cause.Message}.", cause);
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);
}
