namespace Nulls.Storage;

/// <summary>The error of a full disk, or of a file that may not grow, said so that it helps.</summary>
internal static class DiskFull
{
    // As .NET gives them: the system's number on Linux and macOS, a HRESULT on Windows.
    private const int NoSpace = 28;
    private const int FileTooLarge = 27;
    private const int QuotaExceededOnLinux = 122;
    private const int QuotaExceededOnMac = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>Returns an error that names the path and the remedy, or null when the cause is something else.</summary>
    public static IOException? Explain(Exception cause, string path)
    {
        // Of a file that outgrows its file system, or the user's limit, .NET tells by this instead of an IOException.
        if (cause is ArgumentOutOfRangeException { ParamName: "value" } || (cause is IOException && cause.HResult == FileTooLarge && !OperatingSystem.IsWindows()))
        {
            return new IOException(
                $"'{path}' was not written, because it is larger than a file may be there. Anything saved there before is unchanged. Save to another file system, or raise the limit (ulimit -f).", cause)
            {
                HResult = FileTooLarge,
            };
        }

        var isFull = cause is IOException && (OperatingSystem.IsWindows()
            ? cause.HResult is WindowsDiskFull or WindowsHandleDiskFull
            : cause.HResult == NoSpace || cause.HResult == (OperatingSystem.IsMacOS() ? QuotaExceededOnMac : QuotaExceededOnLinux));
        if (!isFull)
            return null;

        return new IOException(
            $"There is no room to write '{path}': the disk or the quota is full. Anything saved there before is unchanged. Free some space, or save elsewhere.", cause)
        {
            HResult = cause.HResult,
        };
    }
}
