using System.Diagnostics;

namespace Nulls.Storage;

/// <summary>A lock between processes of one machine: an empty file that one holds open for itself alone. A process that dies lets go of it.</summary>
/// <remarks>The file stays: were it deleted, two could hold two files of one name.</remarks>
internal sealed class FileLock : IDisposable
{
    // As .NET gives them: the system's number of "would block" on Linux and macOS, a HRESULT on Windows.
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LongestPauseMilliseconds = 10;
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="TimeoutException">Others held it for as long as the limit.</exception>
    /// <exception cref="IOException">The file cannot be made or opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static FileLock Acquire(string path, TimeSpan limit)
    {
        var waited = Stopwatch.StartNew();
        for (var pause = 1; ; pause = Math.Min(pause * 2, LongestPauseMilliseconds))
        {
            try
            {
                return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
            }
            catch (IOException failure) when (failure.HResult is WouldBlockOnLinux or WouldBlockOnMac or WindowsSharingViolation)
            {
                if (waited.Elapsed > limit)
                    throw new TimeoutException($"Another process has held the lock '{path}' for {limit.TotalSeconds:0} seconds. Is it stopped in a debugger, or on a disk that hangs?", failure);
            }

            Thread.Sleep(pause);
        }
    }

    public void Dispose() => _file.Dispose();
}
