using System.Diagnostics;

namespace Nulls.Storage;

/// <summary>A file that only one holds at a time, over all processes. The system frees it when a process dies.</summary>
internal sealed class FileLock : IDisposable
{
    // How .NET tells that a file is open elsewhere: the system's number on Linux and macOS, a HRESULT on Windows.
    private const int HeldOnLinux = 11;
    private const int HeldOnMac = 35;
    private const int HeldOnWindows = unchecked((int)0x80070020);

    private const int LongestPauseMilliseconds = 10;

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

    /// <summary>Waits for the lock. Its file stays: were it deleted, two could hold two files of one name.</summary>
    /// <param name="path">The file. Its folder exists.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <exception cref="TimeoutException">Others held it for as long as the limit.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed.</exception>
    public static FileLock Take(string path, TimeSpan limit) => TryTake(path, isDeleted: false, limit)
        ?? throw new TimeoutException($"Another process has held the lock '{path}' for {limit.TotalSeconds:0} seconds. Is it stopped in a debugger, or on a disk that hangs?");

    /// <summary>Waits for the lock, or returns null when others held it for as long as the limit.</summary>
    /// <param name="path">The file. Its folder exists.</param>
    /// <param name="isDeleted">Whether the file goes with the lock.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed.</exception>
    public static FileLock? TryTake(string path, bool isDeleted, TimeSpan limit)
    {
        var waited = Stopwatch.StartNew();
        for (var pause = 1; ; pause = Math.Min(pause * 2, LongestPauseMilliseconds))
        {
            if (TryTake(path, isDeleted) is { } taken)
                return taken;
            if (waited.Elapsed > limit)
                return null;
            Thread.Sleep(pause);
        }
    }

    public void Dispose() => _file.Dispose();
}
