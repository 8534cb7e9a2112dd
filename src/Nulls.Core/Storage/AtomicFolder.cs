namespace Nulls.Storage;

/// <summary>Writes folders whole or not at all.</summary>
/// <remarks>
/// Beside the folder lie, while it is written: <c>folder.writing-x</c>, which is filled; then for an instant <c>folder.previous-x</c>,
/// the earlier one, moved out of the way; and <c>folder.lock</c>. A process that dies leaves some of them; <see cref="Recover"/>
/// puts them right.
/// </remarks>
internal static class AtomicFolder
{
    private const string Aside = ".writing-";
    private const string Previous = ".previous-";
    private const int MostTries = 100;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(10);

    /// <summary>Fills a new folder aside and puts it in place once all of it is on the disk. If anything fails, an earlier folder stays as it was.</summary>
    /// <param name="folder">The folder to make or replace, with everything in it. Of a symbolic link, what it points to is replaced.</param>
    /// <param name="marker">The file name by which a folder is known to be one of ours. No other folder is replaced, unless it is empty.</param>
    /// <param name="fill">Writes the contents, among them the marker, into the empty folder that it is given.</param>
    /// <exception cref="IOException">The path is a file or a folder without the marker; the disk is full; another process writes the same folder; or it cannot be written or replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed.</exception>
    public static void Write(string folder, string marker, Action<string> fill)
    {
        var target = Resolve(folder);
        var parent = Path.GetDirectoryName(target) ?? throw new IOException($"'{folder}' is the root of a disk. Choose a folder inside it.");
        RequireReplaceable(folder, target, marker);
        Directory.CreateDirectory(parent);
        // Readers hold it for an instant to recover a folder, and no writer should fail for that.
        using var held = FileLock.TryTake(LockOf(target), isDeleted: true, MostTries * BetweenTries)
            ?? throw new IOException($"Another process is writing '{folder}'. Wait until it is done, or choose another folder.");
        PutRight(target);
        RequireReplaceable(folder, target, marker);

        var id = Guid.NewGuid().ToString("N");
        var aside = target + Aside + id;
        try
        {
            Directory.CreateDirectory(aside);
            fill(aside);
            if (!File.Exists(Path.Combine(aside, marker)))
                throw new InvalidOperationException($"What was written for '{folder}' lacks '{marker}', without which it would not be known again.");

            FlushToDisk(aside);
            Swap(target, aside, target + Previous + id);
        }
        catch (Exception failure)
        {
            TryDelete(aside);
            if (DiskFull.Explain(failure, folder) is { } explained)
                throw explained;
            throw;
        }
    }

    /// <summary>Puts right what a process left that died while it wrote the folder. Call it before reading the folder.</summary>
    /// <remarks>
    /// The earlier folder comes back if it had been moved away and no new one had taken its place. While another process writes, nothing is
    /// touched, and the instant between its two renames is waited for.
    /// </remarks>
    /// <exception cref="IOException">The earlier folder is there but cannot be moved back.</exception>
    public static void Recover(string folder)
    {
        var target = Resolve(folder);
        try
        {
            for (var tries = 0; Leftovers(target, Aside).Count + Leftovers(target, Previous).Count > 0; tries++)
            {
                using var held = TryLock(target);
                if (held is not null)
                    PutRight(target);
                if (held is not null || tries == MostTries || Directory.Exists(target) || Leftovers(target, Previous).Count == 0)
                    return;
                Thread.Sleep(BetweenTries);
            }
        }
        catch (Exception failure) when ((failure is IOException or UnauthorizedAccessException) && Directory.Exists(target))
        {
            // Whoever may only read finds the folder whole; what lies beside it is for the next one who writes.
        }
    }

    /// <summary>Recovers a folder and reads it, again where that fails because another process put a new one in its place meanwhile: a reader may have met parts of two.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="marker">The file that <see cref="Write"/> knows the folder by.</param>
    /// <param name="read">Reads. What it throws comes through where the folder is the one from before.</param>
    public static T Read<T>(string folder, string marker, Func<T> read)
    {
        for (var tries = 0; ; tries++)
        {
            Recover(folder);
            var before = Stamp();
            try
            {
                return read();
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException && tries < MostTries && Stamp() != before)
            {
            }
        }

        // Absence has a time of its own.
        DateTime Stamp() => File.GetLastWriteTimeUtc(Path.Combine(folder, marker));
    }

    private static string Resolve(string folder)
    {
        var path = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return path.LinkTarget is null ? path.FullName : path.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path.FullName;
    }

    private static void RequireReplaceable(string folder, string target, string marker)
    {
        if (File.Exists(target))
            throw new IOException($"'{folder}' is a file, and a folder is to be written there. Choose another path.");
        if (Directory.Exists(target) && !File.Exists(Path.Combine(target, marker)) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new IOException(
                $"The folder '{folder}' is not replaced, because it is not empty and has no '{marker}', so it holds something else. Choose another folder, or empty it first.");
        }
    }

    private static void PutRight(string target)
    {
        if (!Directory.Exists(target) && Leftovers(target, Previous).MaxBy(Directory.GetLastWriteTimeUtc) is { } previous)
            Directory.Move(previous, target);
        foreach (var leftover in Leftovers(target, Aside).Concat(Leftovers(target, Previous)))
            TryDelete(leftover);
    }

    private static void Swap(string target, string aside, string previous)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(aside, target);
            return;
        }

        Directory.Move(target, previous);
        try
        {
            Directory.Move(aside, target);
        }
        catch
        {
            Directory.Move(previous, target);
            throw;
        }

        TryDelete(previous);
    }

    private static List<string> Leftovers(string target, string mark)
    {
        if (Path.GetDirectoryName(target) is not { } parent || !Directory.Exists(parent))
            return [];

        var prefix = Path.GetFileName(target) + mark;
        return [.. Directory.EnumerateDirectories(parent).Where(path => Path.GetFileName(path) is var name
            && name.StartsWith(prefix, StringComparison.Ordinal) && Guid.TryParseExact(name[prefix.Length..], "N", out _))];
    }

    private static FileLock? TryLock(string target) => FileLock.TryTake(LockOf(target), isDeleted: true);

    private static string LockOf(string target) => target + ".lock";

    private static void FlushToDisk(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(file);
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Someone still reads it, or what matters is told by the failure that led here. The next write or recovery tries again.
        }
    }
}
