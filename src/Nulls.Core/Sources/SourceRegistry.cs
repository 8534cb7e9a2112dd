using System.Security.Cryptography;

namespace Nulls.Sources;

/// <summary>Which sources there are: it numbers their keys from 0 in the order of first appearance, and finds a key's number again.</summary>
/// <remarks>
/// <para>Append-only: a source keeps its index for ever, and with it its sinks. Keys are compared exactly, as UTF-8 bytes: neither
/// case, nor white space, nor Unicode normalisation makes two keys one.</para>
/// <para>Keys are not kept, but <see cref="SourceId"/>s, keyed hashes under a salt of the registry's own: at most 16 bytes a source.
/// Whoever has the registry cannot list keys, but can test a guess. With keys kept, their texts are held and saved too.</para>
/// <para>Any number of threads may read while none calls <see cref="GetOrAdd"/>, which is for one thread at a time.</para>
/// </remarks>
public sealed class SourceRegistry
{
    internal const int ShortestSalt = 16;
    internal const int LongestSalt = 64;
    private readonly byte[] _salt;
    private readonly SourceTable _table;
    private readonly List<string?>? _keys;

    // Made by the first addition, for all that follow.
    private IncrementalHash? _salted;

    /// <summary>Makes a registry of no sources.</summary>
    /// <param name="keepKeys">Whether to keep the keys' texts, so that they can be listed. The default is false.</param>
    /// <param name="salt">What the keys are hashed with: 16 to 64 bytes. The default is 16 random bytes. The same salt gives the same ids.</param>
    /// <exception cref="ArgumentException">The salt is shorter than 16 bytes or longer than 64.</exception>
    public SourceRegistry(bool keepKeys = false, ReadOnlySpan<byte> salt = default)
    {
        ValidateSalt(salt, nameof(salt));
        _salt = salt.IsEmpty ? RandomNumberGenerator.GetBytes(ShortestSalt) : salt.ToArray();
        _table = new SourceTable();
        _keys = keepKeys ? [] : null;
    }

    internal SourceRegistry(byte[] salt, SourceTable table, List<string?>? keys)
    {
        _salt = salt;
        _table = table;
        _keys = keys;
    }

    /// <summary>Gets the number of sources; their indices are below it.</summary>
    public int Count => _table.Count;

    /// <summary>Gets whether the texts of keys are kept.</summary>
    public bool KeepsKeys => _keys is not null;

    /// <summary>Gets what the keys are hashed with.</summary>
    internal ReadOnlySpan<byte> Salt => _salt;

    /// <summary>Gets the ids of all sources in the order of their indices.</summary>
    internal ReadOnlySpan<ulong> Ids => _table.Ids;

    /// <summary>Gets the memory of ids and index, without texts of keys.</summary>
    internal long TableByteCount => _table.ByteCount;

    /// <summary>Returns the index of a source, which is the next free one when its key is new.</summary>
    /// <exception cref="ArgumentException">The key is null, empty or no valid Unicode text.</exception>
    /// <exception cref="InvalidOperationException">The registry is full, at 1.4 billion sources.</exception>
    public int GetOrAdd(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _salted ??= IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _salt);
        var id = SourceId.Of(key, _salted);
        if (_table.TryFind(id.Value, out var index))
            return index;

        index = _table.Add(id.Value);
        _keys?.Add(key);
        return index;
    }

    /// <summary>Finds the index of a source, or says that there is none with this key; <paramref name="index"/> is -1 then.</summary>
    /// <exception cref="ArgumentException">The key is null, empty or no valid Unicode text.</exception>
    public bool TryGetIndex(string key, out int index)
    {
        ArgumentNullException.ThrowIfNull(key);
        return TryGetIndex(key.AsSpan(), out index);
    }

    /// <summary>Finds the index of a source, or says that there is none with this key; <paramref name="index"/> is -1 then. Allocates nothing.</summary>
    /// <exception cref="ArgumentException">The key is empty or no valid Unicode text.</exception>
    public bool TryGetIndex(ReadOnlySpan<char> key, out int index) => _table.TryFind(SourceId.Of(key, _salt).Value, out index);

    /// <summary>Finds the index of a source by its id, such as one of <c>ScoringResult.SinkSources</c>, or says that there is none; <paramref name="index"/> is -1 then.</summary>
    public bool TryGetIndex(SourceId id, out int index) => _table.TryFind(id.Value, out index);

    /// <summary>Returns the id of a source.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no source with this index.</exception>
    /// <exception cref="InvalidOperationException">The source was erased, and its id with it.</exception>
    public SourceId GetId(int index)
    {
        RequireSource(index);
        return IsErased(index)
            ? throw new InvalidOperationException($"Source {index} was erased: the registry holds neither its key nor its id.")
            : new SourceId(_table.Ids[index]);
    }

    /// <summary>Returns whether a source was erased: its index stays taken, so that all others keep their sinks, but nothing else of it is held.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no source with this index.</exception>
    public bool IsErased(int index)
    {
        RequireSource(index);
        return _table.Ids[index] == SourceTable.Erased;
    }

    /// <summary>Returns the text of a source's key.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no source with this index.</exception>
    /// <exception cref="InvalidOperationException">The registry keeps no keys, or this one was withheld when it was saved.</exception>
    public string GetKey(int index)
    {
        var key = GetKeyOrNull(index);
        if (key is not null)
            return key;

        throw new InvalidOperationException(KeepsKeys
            ? $"The key of source {index} was withheld when the registry was saved. The source is still found by its key."
            : "The registry keeps hashes of keys, not the keys. To list keys, tell it to keep them before the first source is added.");
    }

    /// <summary>Returns the text of a source's key, or null when the registry keeps no keys or this one was withheld when it was saved.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no source with this index.</exception>
    public string? GetKeyOrNull(int index)
    {
        RequireSource(index);
        return _keys?[index];
    }

    /// <summary>Writes the registry. The stream need not seek and stays open.</summary>
    /// <param name="stream">Where to write.</param>
    /// <param name="withholdKey">Whether to leave out the text of the key of the source with this index; the source is still found by its key. The default leaves out none.</param>
    public void Save(Stream stream, Func<int, bool>? withholdKey = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SourceRegistryFormat.Write(stream, this, withholdKey);
    }

    /// <summary>Reads a registry, and nothing of the stream beyond it. The stream need not seek and stays open.</summary>
    /// <exception cref="InvalidDataException">What the stream holds is no registry, is truncated or corrupt, or was written by a newer version.</exception>
    public static SourceRegistry Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return SourceRegistryFormat.Read(stream);
    }

    /// <summary>A registry in which the places of some sources are taken by nobody: neither key nor id is held.</summary>
    internal SourceRegistry Without(Func<int, bool> isErased)
    {
        var table = new SourceTable(Count);
        for (var index = 0; index < Count; index++)
            table.Add(isErased(index) ? SourceTable.Erased : _table.Ids[index]);
        return new SourceRegistry(_salt, table, _keys is null ? null : [.. _keys.Select((key, index) => isErased(index) ? null : key)]);
    }

    /// <summary>A registry in which the places of erased sources are taken by new keys, as whoever holds a model's file can write it.</summary>
    /// <param name="keys">A key for each place.</param>
    internal SourceRegistry WithErasedPlaces(IReadOnlyDictionary<int, string> keys)
    {
        var table = new SourceTable(Count);
        for (var index = 0; index < Count; index++)
            table.Add(keys.TryGetValue(index, out var key) ? SourceId.Of(key, _salt).Value : _table.Ids[index]);
        return new SourceRegistry(_salt, table, keys: null);
    }

    /// <summary>A registry of these sources alone, numbered anew in the order given.</summary>
    internal SourceRegistry Only(IReadOnlyList<int> indices)
    {
        var table = new SourceTable(indices.Count);
        foreach (var index in indices)
            table.Add(_table.Ids[index]);
        return new SourceRegistry(_salt, table, _keys is null ? null : [.. indices.Select(index => _keys[index])]);
    }

    /// <exception cref="ArgumentException">The salt is shorter than 16 bytes or longer than 64, but not empty.</exception>
    internal static void ValidateSalt(ReadOnlySpan<byte> salt, string name)
    {
        if (!salt.IsEmpty && salt.Length is < ShortestSalt or > LongestSalt)
            throw new ArgumentException($"The salt must be {ShortestSalt} to {LongestSalt} bytes, or left out; got {salt.Length}.", name);
    }

    private void RequireSource(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The registry has {Count:N0} sources; an index must be from 0 to one less.");
    }
}
