using System.Runtime.InteropServices;

namespace Nulls.MLNet.Tests.Support;

/// <summary>Until it is disposed, no file of this process grows beyond a size: what a full disk does, for any user and without filling one.</summary>
internal sealed partial class FileSizeLimit : IDisposable
{
    private const int FileSize = 1;
    private const int SignalOfTooLargeAFile = 25;

    // Without this the system ends the process instead of failing the write. Kept for good: a signal may be handled after the limit is gone.
    private static readonly PosixSignalRegistration IgnoredSignal = PosixSignalRegistration.Create((PosixSignal)SignalOfTooLargeAFile, context => context.Cancel = true);

    private readonly Limit _before;

    public FileSizeLimit(long largestFile)
    {
        Assert.NotNull(IgnoredSignal);
        Assert.Equal(0, GetLimit(FileSize, out _before));
        Assert.Equal(0, SetLimit(FileSize, new Limit { Current = (ulong)largestFile, Most = _before.Most }));
    }

    public void Dispose() => Assert.Equal(0, SetLimit(FileSize, _before));

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    private struct Limit
    {
        public ulong Current;
        public ulong Most;
    }
}
