namespace Nulls.Storage;

/// <summary>A file that only one holds at a time, over all processes. The system frees it when a process dies.</summary>
internal sealed class FileLock : IDisposable
{
    // How .NET tells that a file is open elsewhere: the system's number on Linux and macOS, a HRESULT on Windows.
    private const int HeldOnLinux = 11;
    private const int HeldOnMac = 35;
    private const int HeldOnWindows = unchecked((int)0x80070020);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, or returns null when another process, or another thread of this one, holds it.</summary>
    /// <param name="path">The file. Its folder exists.</param>
    /// <param name="isDeleted">Whether the file goes with the lock.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed.</exception>
    public static FileLock? TryTake(string path, bool isDeleted)
    {
        try
        {
            return new FileLock(new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, isDeleted ? FileOptions.DeleteOnClose : FileOptions.None));
        }
        catch (IOException failure) when (failure.HResult is HeldOnLinux or HeldOnMac or HeldOnWindows)
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
