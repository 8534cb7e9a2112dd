namespace Nulls.Storage;

/// <summary>A folder that one process at a time works in.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly FileLock _held;

    private WorkFolder(string path, FileLock held)
    {
        Path = path;
        _held = held;
    }

    /// <summary>Gets the folder's full path.</summary>
    public string Path { get; }

    /// <summary>Makes the folder when it is missing, and takes it for this process until it is disposed.</summary>
    /// <exception cref="IOException">Another process works in it, or it cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed.</exception>
    public static WorkFolder Open(string path)
    {
        if (File.Exists(path))
            throw new IOException($"The work folder '{path}' is a file. Choose another path.");

        var full = Directory.CreateDirectory(path).FullName;
        // The file stays: whoever deletes a lock may delete the next one's.
        var held = FileLock.TryTake(System.IO.Path.Combine(full, "lock"), isDeleted: false)
            ?? throw new IOException($"Another process trains in the work folder '{path}'. Wait until it is done, or choose another WorkFolder.");
        return new WorkFolder(full, held);
    }

    public void Dispose() => _held.Dispose();
}
