using System.Runtime.InteropServices;

namespace Nulls.Inference;

/// <summary>The entries of a closed segment, read in order: from memory, or from a temporary file that goes with its reader.</summary>
internal sealed class TermRun : IDisposable
{
    private const int EntriesAtATime = 1 << 15;

    private readonly FileStream? _file;
    private readonly TermSegment? _segment;
    private readonly ulong[] _chunk = [];
    private long _left;
    private int _next;

    private TermRun(TermSegment segment)
    {
        _segment = segment;
        _left = segment.Count;
    }

    private TermRun(FileStream file, long entryCount)
    {
        _file = file;
        _left = entryCount;
        _chunk = new ulong[2 * EntriesAtATime];
        _next = _chunk.Length;
    }

    public ulong Term { get; private set; }

    public TermPosting Posting { get; private set; }

    public static TermRun InMemory(TermSegment segment) => new(segment);

    /// <exception cref="IOException">The disk is full.</exception>
    public static TermRun OnDisk(TermSegment segment)
    {
        var path = Path.Combine(Path.GetTempPath(), $"nulls-terms-{Guid.NewGuid():N}");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose | FileOptions.SequentialScan);
        try
        {
            // Where the system allows it, the name goes at once: a process that is killed leaves no file.
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
            var chunk = new ulong[2 * EntriesAtATime];
            for (var start = 0; start < segment.Count; start += EntriesAtATime)
            {
                var count = Math.Min(EntriesAtATime, segment.Count - start);
                for (var i = 0; i < count; i++)
                    (chunk[2 * i], chunk[2 * i + 1]) = (segment.Terms[start + i], segment.Postings[start + i]);
                file.Write(MemoryMarshal.AsBytes(chunk.AsSpan(0, 2 * count)));
            }

            file.Position = 0;
            return new TermRun(file, segment.Count);
        }
        catch (Exception exception)
        {
            file.Dispose();
            if (exception is IOException cause && Storage.DiskFull.Explain(cause, path) is { } explained)
                throw explained;
            throw;
        }
    }

    /// <summary>Goes to the next entry, if there is one.</summary>
    public bool MoveNext()
    {
        if (_left == 0)
            return false;

        _left--;
        if (_segment is not null)
        {
            (Term, Posting) = (_segment.Terms[_next], new TermPosting(_segment.Postings[_next]));
            _next++;
            return true;
        }

        if (_next == _chunk.Length)
        {
            var bytes = MemoryMarshal.AsBytes(_chunk.AsSpan());
            _file!.ReadExactly(bytes[..(int)Math.Min(bytes.Length, 2 * sizeof(ulong) * (_left + 1))]); // Without a segment there is a file.
            _next = 0;
        }

        (Term, Posting) = (_chunk[_next], new TermPosting(_chunk[_next + 1]));
        _next += 2;
        return true;
    }

    public void Dispose() => _file?.Dispose();
}
