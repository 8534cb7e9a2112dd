using System.Text;

namespace Nulls.Storage;

/// <summary>The folder in which a training keeps what it can continue from: the corpus as tokens, and checkpoints.</summary>
/// <remarks>Known by a file <c>nulls-work.json</c>, so that no other folder is written into. Held by one process at a time.</remarks>
internal sealed class WorkFolder : IDisposable
{
    private const string MarkerName = "nulls-work.json";
    private const string LockName = "lock";

    private readonly string _path;
    private readonly FileLock? _lock;

    private WorkFolder(string path, FileLock? held)
    {
        _path = path;
        _lock = held;
    }

    /// <summary>Gets the folder's full path.</summary>
    public string Path => _path;

    /// <summary>Gets the folder of the corpus as tokens.</summary>
    public string StoreFolder => StoreFolderIn(_path);

    /// <summary>Gets the folder of checkpoints.</summary>
    public string CheckpointFolder => CheckpointFolderIn(_path);

    /// <summary>Returns the folder of the corpus as tokens of a work folder that need not exist.</summary>
    public static string StoreFolderIn(string path) => System.IO.Path.Combine(path, "store");

    /// <summary>Returns the folder of checkpoints of a work folder that need not exist.</summary>
    public static string CheckpointFolderIn(string path) => System.IO.Path.Combine(path, "checkpoint");

    /// <summary>Opens a work folder, which is made when there is none.</summary>
    /// <param name="path">The folder: new, empty, or a work folder.</param>
    /// <param name="isOwner">Whether to hold it against other processes. Of processes that train together, one is the owner, and the others open it after that one has.</param>
    /// <exception cref="IOException">The path is a file or a folder that holds something else; the disk is full; or another process trains in it.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed.</exception>
    public static WorkFolder Open(string path, bool isOwner = true)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (File.Exists(full))
            throw new IOException($"The work folder '{path}' is a file. Choose another path.");
        var marker = System.IO.Path.Combine(full, MarkerName);
        var isNew = !File.Exists(marker);
        if (isNew && Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
            throw new IOException($"The folder '{path}' is not used as a work folder, because it is not empty and has no '{MarkerName}', so it holds something else. Choose another folder, or empty it first.");
        if (!isOwner)
            return new WorkFolder(full, held: null);

        try
        {
            Directory.CreateDirectory(full);
            if (isNew)
                AtomicFile.Write(marker, stream => stream.Write(Encoding.UTF8.GetBytes("{ \"format\": \"Nulls work folder\", \"version\": 1 }\n")));
            return new WorkFolder(full, Lock(System.IO.Path.Combine(full, LockName), path));
        }
        catch (UnauthorizedAccessException cause)
        {
            throw new UnauthorizedAccessException($"The work folder '{path}' cannot be written: {cause.Message} Choose a folder that you may write to.", cause);
        }
    }

    public void Dispose() => _lock?.Dispose();

    // The file stays: whoever deletes it may delete another's.
    private static FileLock Lock(string file, string path) => FileLock.TryTake(file, isDeleted: false)
        ?? throw new IOException($"Another process trains in the work folder '{path}'. Wait until it is done, or choose another folder.");
}
