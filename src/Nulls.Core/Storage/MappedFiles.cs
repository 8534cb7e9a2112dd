using System.IO.MemoryMappedFiles;

namespace Nulls.Storage;

/// <summary>Parts of files, mapped into memory to be read at any place, of which no more than a budget stays resident.</summary>
/// <remarks>A mapped page counts as the process's memory from its first reading on; letting go of the mapping gives it back. Not for several threads.</remarks>
/// <param name="residentBytes">The most memory that mapped pages may take.</param>
internal sealed class MappedFiles(long residentBytes) : IDisposable
{
    // The system maps the neighbours of a page that is read, as far as they are cached.
    private const long BytesAroundAPage = 1 << 16;

    private readonly List<Part> _parts = [];
    private long _resident;

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
        if (bytes.IsEmpty)
            return;
        var source = _parts[part];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + bytes.Length, source.Length);
        _resident += source.Touch(offset, bytes.Length);
        source.Read(offset, bytes);
        if (_resident > residentBytes)
            LetGo();
    }

    public void Dispose() => LetGo();

    private void LetGo()
    {
        foreach (var part in _parts)
            part.LetGo();
        _resident = 0;
    }

    private sealed class Part(string path, long offset, long length)
    {
        private MemoryMappedFile? _file;
        private MemoryMappedViewAccessor? _view;
        private long _touched;
        private long _lastBlock = -1;

        public long Length => length;

        /// <summary>Counts what may become resident by a reading; returns what that adds.</summary>
        public long Touch(long from, int count)
        {
            var block = (from + count - 1) / BytesAroundAPage;
            if (block == _lastBlock && from / BytesAroundAPage == block)
                return 0;

            _lastBlock = block;
            var added = Math.Min(count + BytesAroundAPage, length - _touched);
            _touched += added;
            return added;
        }

        public void Read(long from, Span<byte> bytes)
        {
            if (_view is null)
            {
                _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0, MemoryMappedFileAccess.Read);
                _view = _file.CreateViewAccessor(offset, length, MemoryMappedFileAccess.Read);
            }

            _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(_view.PointerOffset + from), bytes);
        }

        public void LetGo()
        {
            _view?.Dispose();
            _file?.Dispose();
            (_view, _file, _touched, _lastBlock) = (null, null, 0, -1);
        }
    }
}
