using System.Text;
using Nulls.Storage;

namespace Nulls.Unlearning;

/// <summary>A ledger as a file of lines. Beside it lies an empty file, whose name ends in .lock, that keeps appenders apart.</summary>
/// <remarks>
/// A line counts once its line feed is there, and is acknowledged once it is on the disk. A process or machine that dies in between leaves
/// the beginning of a line, or zeros where its end should be: the next appender cuts it, for nobody was told that it was kept.
/// </remarks>
internal sealed class FileLedgerStore : ILedgerStore
{
    private const int ChunkBytes = 1 << 16;
    private static readonly TimeSpan LockLimit = TimeSpan.FromSeconds(30);
    private readonly string _path;

    public FileLedgerStore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
    }

    public string Name => $"'{_path}'";

    public void Create(byte[] genesis)
    {
        using var turn = EnterLock();
        if (Path.Exists(_path))
            throw new IOException($"The ledger {Name} exists, and is never replaced: what it says would be forgotten. Open it, or choose another name.");
        AtomicFile.Write(_path, file => file.Write([.. genesis, (byte)'\n']));
        FolderSync.FlushFolderOf(_path);
    }

    public void RequireExists()
    {
        if (!File.Exists(_path))
            throw new FileNotFoundException($"There is no ledger {Name}. If it is lost, restore it from a copy before the model is used: without it every source that it disables answers again. Create one for a model that has none.", _path);
    }

    public IEnumerable<byte[]> ReadAfter(LedgerPosition position)
    {
        using var file = OpenToRead();
        RequireHead(file, position);
        file.Position = position.Offset;
        var chunk = new byte[ChunkBytes];
        var line = new MemoryStream();
        for (int count; (count = file.Read(chunk)) > 0;)
        {
            var start = 0;
            for (int length; (length = chunk.AsSpan(start, count - start).IndexOf((byte)'\n')) >= 0; start += length + 1)
            {
                line.Write(chunk, start, length);
                yield return line.ToArray();
                line.SetLength(0);
            }

            line.Write(chunk, start, count - start);
            RequireShort(line.Length);
        }

        RequireTorn(line.ToArray());
    }

    public IDisposable? EnterAppend()
    {
        RequireExists();
        var turn = EnterLock();
        try
        {
            Writing(() =>
            {
                using var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
                Mend(file);
                return true;
            });
            return turn;
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    public bool TryAppend(LedgerPosition position, byte[] line) => Writing(() =>
    {
        using var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        if (file.Length != position.Offset)
            throw new InvalidDataException($"The ledger {Name} changed while its lock was held. Is another program writing to it, or is it on a disk where locks do not work? Nothing was recorded.");

        try
        {
            file.Position = position.Offset;
            file.Write([.. line, (byte)'\n']);
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (Exception)
        {
            // Else the next appender would build on what may not be on the disk. If this fails too, what is left is no whole line, or is kept.
            TryCut(file, position.Offset);
            throw;
        }
    });

    private FileStream OpenToRead()
    {
        RequireExists();
        return new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    private FileLock EnterLock() => Writing(() => FileLock.Take(_path + ".lock", LockLimit));

    // A ledger that was cut back or put in place of the one that was read would undo what is in force.
    private void RequireHead(FileStream file, LedgerPosition position)
    {
        if (position.Count == 0)
            return;

        var tail = new byte[Math.Min(LedgerRecord.NoHash.Length + 3, position.Offset)];
        file.Position = position.Offset - tail.Length;
        var count = file.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false);
        if (count < tail.Length || tail[^1] != '\n' || LedgerRecord.HashAtEnd(tail.AsSpan(..^1)) != position.Hash)
            throw new InvalidDataException($"The ledger {Name} is not the one that was read: record {position.Count - 1}, with the hash {position.Hash}, is no longer there. Was it cut, or an older copy put in its place? What was read stays in force. Restore the ledger.");
    }

    private void RequireShort(long byteCount)
    {
        if (byteCount > LedgerRecord.MostBytes)
            throw new InvalidDataException($"The ledger {Name} has a line of more than {LedgerRecord.MostBytes:N0} bytes, which no record has. Restore it from a copy.");
    }

    // A whole record with more behind it was never written: its line feed was changed, and cutting it would lose what was acknowledged.
    private void RequireTorn(ReadOnlySpan<byte> tail)
    {
        tail = tail.TrimEnd((byte)0);
        if (LedgerRecord.WholeLength(tail) is var length && length >= 0 && length < tail.Length)
            throw new InvalidDataException($"The last record of the ledger {Name} was edited: it does not end as a record does. Nothing from it on was applied. Restore the ledger from a copy, and find out who changed it.");
    }

    private void Mend(FileStream file)
    {
        var (end, tail) = (file.Length, Array.Empty<byte>());
        for (var size = 1L; ; size *= 2)
        {
            tail = new byte[Math.Min(size, end)];
            file.Position = end - tail.Length;
            file.ReadExactly(tail);
            if (Array.LastIndexOf(tail, (byte)'\n') is var at && at >= 0)
            {
                tail = tail[(at + 1)..];
                break;
            }

            RequireShort(tail.Length);
            if (tail.Length == end)
                throw new InvalidDataException($"The ledger {Name} has no whole record. Restore it from a copy.");
        }

        if (tail.Length == 0)
            return;

        RequireTorn(tail);
        var start = end - tail.Length;
        var written = tail.AsSpan().TrimEnd((byte)0).Length;
        if (LedgerRecord.WholeLength(tail.AsSpan(0, written)) == written)
        {
            file.SetLength(start + written);
            file.Position = start + written;
            file.WriteByte((byte)'\n');
        }
        else
        {
            file.SetLength(start);
        }

        file.Flush(flushToDisk: true);
    }

    private static void TryCut(FileStream file, long length)
    {
        try
        {
            file.SetLength(length);
            file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // What matters is told by the failure that led here.
        }
    }

    private T Writing<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (ArgumentOutOfRangeException failure)
        {
            // What .NET makes of EFBIG.
            throw new IOException($"Nothing was recorded in the ledger {Name}: there is no room, for the file system or a limit on this process allows no longer file.", failure);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new UnauthorizedAccessException($"Nothing was recorded: the ledger {Name} or its lock may not be written. Give this process the right to write both. ({failure.Message})", failure);
        }
        catch (IOException failure) when (failure is not FileNotFoundException)
        {
            throw new IOException($"Nothing was recorded in the ledger {Name}. {(DiskFull.Explain(failure, _path) ?? failure).Message}", failure);
        }
    }
}
