using System.Buffers.Binary;

namespace Nulls.Inference;

/// <summary>Writes lists of postings, in ascending order of their terms, into chunks of bytes.</summary>
/// <param name="mostChunkBytes">The most bytes of a chunk, unless one list needs more.</param>
internal sealed class PostingsWriter(int mostChunkBytes = 1 << 28)
{
    private readonly List<byte[]> _full = [];
    private byte[] _chunk = new byte[256];
    private int _used;
    private ulong _term;

    /// <summary>Adds the list of one term.</summary>
    /// <param name="term">The term, greater than the one before.</param>
    /// <param name="frequency">In how many sources it occurs; no fewer than are listed.</param>
    /// <param name="sources">The sources, at least one, ascending.</param>
    /// <param name="counts">How often each uses the term; at least once.</param>
    /// <param name="impact">The greatest impact, when it is known already.</param>
    public void Add(ulong term, int frequency, ReadOnlySpan<int> sources, ReadOnlySpan<ushort> counts, float impact = 0)
    {
        // The most that numbers can take: 10 bytes for the gap, 5 for each of two counts, 5 and 3 for a posting.
        var blocks = (sources.Length + PostingList.BlockLength - 1) / PostingList.BlockLength;
        var most = 20L + PostingList.TableHead + (long)blocks * PostingList.TableEntry + 8L * sources.Length;
        if (_used > 0 && _used + most > mostChunkBytes)
            Close();
        Reserve(most);

        WriteNumber(term - _term);
        _term = term;
        WriteNumber((ulong)frequency << 1 | (frequency == sources.Length ? 0u : 1u));
        if (frequency != sources.Length)
            WriteNumber((ulong)sources.Length);
        if (blocks == 1)
            WriteBlock(sources, counts, previous: -1);
        else
            WriteBlocks(sources, counts, blocks, impact);
    }

    /// <summary>Returns what was written. Nothing can be added afterwards.</summary>
    public IReadOnlyList<byte[]> Chunks()
    {
        if (_used > 0)
            Close();
        return _full;
    }

    private void WriteBlocks(ReadOnlySpan<int> sources, ReadOnlySpan<ushort> counts, int blocks, float impact)
    {
        var table = _used;
        BinaryPrimitives.WriteSingleLittleEndian(_chunk.AsSpan(table + sizeof(int)), impact);
        _used += PostingList.TableHead + blocks * PostingList.TableEntry;
        var data = _used;
        var previous = -1;
        for (var block = 0; block < blocks; block++)
        {
            var start = block * PostingList.BlockLength;
            var end = Math.Min(start + PostingList.BlockLength, sources.Length);
            WriteBlock(sources[start..end], counts[start..end], previous);
            previous = sources[end - 1];
            var entry = _chunk.AsSpan(table + PostingList.TableHead + block * PostingList.TableEntry);
            BinaryPrimitives.WriteInt32LittleEndian(entry, previous);
            BinaryPrimitives.WriteInt32LittleEndian(entry[sizeof(int)..], _used - data);
        }

        BinaryPrimitives.WriteInt32LittleEndian(_chunk.AsSpan(table), _used - table - sizeof(int));
    }

    private void WriteBlock(ReadOnlySpan<int> sources, ReadOnlySpan<ushort> counts, int previous)
    {
        for (var i = 0; i < sources.Length; i++)
        {
            WriteNumber((ulong)(sources[i] - previous - 1) << 1 | (counts[i] > 1 ? 1u : 0u));
            if (counts[i] > 1)
                WriteNumber(counts[i]);
            previous = sources[i];
        }
    }

    private void WriteNumber(ulong number)
    {
        for (; number >= 0x80; number >>= 7)
            _chunk[_used++] = (byte)(number | 0x80);
        _chunk[_used++] = (byte)number;
    }

    private void Reserve(long more)
    {
        if (_used + more > Array.MaxLength)
            throw new InvalidOperationException("A term is used by more sources than an index of texts can list. Train without routing to the nearest sources.");
        if (_used + more > _chunk.Length)
            Array.Resize(ref _chunk, (int)Math.Max(_used + more, Math.Min(2L * _chunk.Length, mostChunkBytes)));
    }

    // A chunk is read without those before it, so its first gap is a whole term.
    private void Close()
    {
        _full.Add(_chunk.AsSpan(0, _used).ToArray());
        (_used, _term) = (0, 0);
    }
}
