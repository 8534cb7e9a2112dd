using System.IO.MemoryMappedFiles;

namespace Nulls.Storage;

/// <summary>Parts of files, mapped into memory to be read at any place, of which no more than some windows are mapped at a time.</summary>
/// <remarks>
/// A mapped page counts as the process's memory once it is read, and a reading brings in neighbours, up to 2 MiB of them: only a mapping
/// that is no larger than a window keeps to a bound. Not for several threads.
/// </remarks>
/// <param name="windowCount">The most windows of 1 MiB that are mapped at a time.</param>
internal sealed class MappedFiles(int windowCount) : IDisposable
{
    private const long WindowBytes = 1 << 20;

    private readonly List<Part> _parts = [];
    private readonly Dictionary<(int Part, long Window), MappedWindow> _windows = [];
    private long _readings;

    /// <summary>Adds a part of a file; returns its number. The file must not change while it is here.</summary>
    public int Add(string path, long offset, long length)
    {
        _parts.Add(new Part(path, offset, length));
        return _parts.Count - 1;
    }

    /// <summary>Reads bytes.</summary>
    /// <param name="part">The part's number.</param>
    /// <param name="offset">The first byte to read, counted from the part's beginning.</param>
    /// <param name="bytes">Filled.</param>
    public void Read(int part, long offset, Span<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + bytes.Length, _parts[part].Length);
        while (!bytes.IsEmpty)
        {
            var (window, start) = Math.DivRem(offset, WindowBytes);
            var count = (int)Math.Min(bytes.Length, WindowBytes - start);
            Find(part, window).Read(start, bytes[..count]);
            offset += count;
            bytes = bytes[count..];
        }
    }

    public void Dispose()
    {
        foreach (var window in _windows.Values)
            window.Dispose();
        _windows.Clear();
    }

    private MappedWindow Find(int part, long window)
    {
        _readings++;
        if (!_windows.TryGetValue((part, window), out var mapped))
        {
            if (_windows.Count == windowCount)
                LetGoOfOldest();
            var (path, offset, length) = _parts[part];
            var start = window * WindowBytes;
            mapped = new MappedWindow(path, offset + start, Math.Min(WindowBytes, length - start));
            _windows.Add((part, window), mapped);
        }

        mapped.LastReading = _readings;
        return mapped;
    }

    private void LetGoOfOldest()
    {
        var oldest = _windows.MinBy(window => window.Value.LastReading);
        oldest.Value.Dispose();
        _windows.Remove(oldest.Key);
    }

    private readonly record struct Part(string Path, long Offset, long Length);

    private sealed class MappedWindow : IDisposable
    {
        private readonly MemoryMappedViewAccessor _view;

        public MappedWindow(string path, long offset, long length)
        {
            // The view lives on without the file, so that as many files as there are need no handles.
            using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
            _view = file.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read);
        }

        public long LastReading { get; set; }

        public void Read(long from, Span<byte> bytes) => _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(_view.PointerOffset + from), bytes);

        public void Dispose() => _view.Dispose();
    }
}
