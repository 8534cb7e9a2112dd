namespace Nulls.Storage;

/// <summary>Writes files whole or not at all.</summary>
internal static class AtomicFile
{
    private const string Aside = ".writing-";
    private const int BufferBytes = 1 << 16;

    /// <summary>Writes a file aside, in the same folder, and puts it in place once all of it is on the disk. If anything fails, an earlier file stays as it was.</summary>
    /// <param name="path">The file to make or replace. Of a symbolic link, what it points to is replaced.</param>
    /// <param name="write">Writes the contents. The stream need not be disposed.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The disk is full, or the file cannot be written or replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed, or the path is a folder.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var file = new FileInfo(path);
        var target = file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName;
        if (Directory.Exists(target))
            throw new UnauthorizedAccessException($"The file '{path}' cannot be written, because a folder has its name. Choose another name.");

        DeleteAbandoned(target);
        var aside = $"{target}{Aside}{Guid.NewGuid():N}";
        try
        {
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows() && File.Exists(target))
                File.SetUnixFileMode(aside, File.GetUnixFileMode(target));
            File.Move(aside, target, overwrite: true);
        }
        catch (Exception failure)
        {
            TryDelete(aside);
            if (DiskFull.Explain(failure, path) is { } explained)
                throw explained;
            throw;
        }
    }

    // A process that was killed while it wrote left its file. One that still writes holds its file open for itself alone.
    private static void DeleteAbandoned(string target)
    {
        if (Path.GetDirectoryName(target) is not { } folder || !Directory.Exists(folder))
            return;

        var prefix = Path.GetFileName(target) + Aside;
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var name = Path.GetFileName(path);
            if (name.StartsWith(prefix, StringComparison.Ordinal) && Guid.TryParseExact(name[prefix.Length..], "N", out _) && !IsOpen(path))
                TryDelete(path);
        }
    }

    private static bool IsOpen(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What matters is told by the failure that led here; the next write tries again.
        }
    }
}
