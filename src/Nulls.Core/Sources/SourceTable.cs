namespace Nulls.Sources;

/// <summary>Ids in the order of their adding, and an index from an id to its place.</summary>
/// <remarks>
/// An array of ids and an open-addressed array of places: at most 14.7 bytes an id from some hundred ids on. The ids are uniform,
/// being hashes, so the high bits of an id times the number of slots are its slot, and any number of slots will do. The place of an
/// erased source holds <see cref="Erased"/>, which is never found.
/// </remarks>
internal sealed class SourceTable
{
    /// <summary>The most ids: the slots are an array, of at most 2^31 integers.</summary>
    public const int MaxCount = 1_400_000_000;

    /// <summary>What stands in the place of an id that was erased; no source has it.</summary>
    public const ulong Erased = 0;

    private const int SmallestCapacity = 16;
    private ulong[] _ids;

    // An id's place plus 1, or 0 for a free slot. At most 7 of 10 slots are taken.
    private int[] _slots;

    public SourceTable(int capacity = 0)
    {
        _ids = new ulong[Math.Max(capacity, SmallestCapacity)];
        _slots = new int[SlotsFor(_ids.Length)];
    }

    public int Count { get; private set; }

    /// <summary>Gets the memory that the arrays take.</summary>
    public long ByteCount => (long)_ids.Length * sizeof(ulong) + (long)_slots.Length * sizeof(int);

    public ReadOnlySpan<ulong> Ids => _ids.AsSpan(0, Count);

    public bool TryFind(ulong id, out int place)
    {
        var slot = FirstSlot(id);
        while (_slots[slot] is var entry && entry != 0)
        {
            if (_ids[entry - 1] == id)
            {
                place = entry - 1;
                return true;
            }

            slot = NextSlot(slot);
        }

        place = -1;
        return false;
    }

    /// <summary>Adds an id that is not in the table, or <see cref="Erased"/> any number of times.</summary>
    public int Add(ulong id)
    {
        Reserve();

        _ids[Count] = id;
        if (id != Erased)
            Occupy(id, Count);
        return Count++;
    }

    // By small shares at a time, because the memory is what this table is for: copying ids is cheap, giving them slots anew is not.
    private void Reserve()
    {
        if (Count >= MaxCount)
            throw new InvalidOperationException($"A registry holds at most {MaxCount:N0} sources.");
        if (Count == _ids.Length)
            Array.Resize(ref _ids, Grown(share: 32));
        if (SlotsFor(Count + 1) <= _slots.Length)
            return;

        _slots = new int[SlotsFor(Grown(share: 8))];
        for (var place = 0; place < Count; place++)
        {
            if (_ids[place] != Erased)
                Occupy(_ids[place], place);
        }
    }

    private int Grown(int share) => (int)Math.Min(MaxCount, Count + Math.Max(SmallestCapacity, (long)Count / share));

    private void Occupy(ulong id, int place)
    {
        var slot = FirstSlot(id);
        while (_slots[slot] != 0)
            slot = NextSlot(slot);
        _slots[slot] = place + 1;
    }

    private int FirstSlot(ulong id) => (int)Math.BigMul(id, (ulong)_slots.Length, out _);

    private int NextSlot(int slot) => slot + 1 == _slots.Length ? 0 : slot + 1;

    private static int SlotsFor(int capacity) => (int)(capacity * 10L / 7 + 1);
}
