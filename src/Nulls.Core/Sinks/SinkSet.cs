using System.Runtime.CompilerServices;

namespace Nulls.Sinks;

/// <summary>A set of sinks, as distinct ascending indices into the pool. The same in every layer.</summary>
/// <remarks>Immutable and thread-safe; equal when the indices are. Holds one array of exactly <see cref="Count"/> integers.</remarks>
[CollectionBuilder(typeof(SinkSet), nameof(Of))]
public sealed class SinkSet : IEquatable<SinkSet>
{
    private readonly int[] _indices;

    private SinkSet(int[] ascendingIndices) => _indices = ascendingIndices;

    /// <summary>Gets the set of no sinks: a text that has no source runs with it.</summary>
    public static SinkSet Empty { get; } = new([]);

    /// <summary>Gets the number of sinks.</summary>
    public int Count => _indices.Length;

    /// <summary>Gets the sinks in ascending order. Each is 0 or more.</summary>
    public ReadOnlySpan<int> Indices => _indices;

    /// <summary>Makes a set of sinks given in any order.</summary>
    /// <param name="indices">Indices into the pool, each 0 or more; an index given twice counts once.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is negative.</exception>
    public static SinkSet Of(params ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty)
            return Empty;

        var sorted = indices.ToArray();
        Array.Sort(sorted);
        if (sorted[0] < 0)
            throw new ArgumentOutOfRangeException(nameof(indices), sorted[0], "A sink is an index into the pool and must be 0 or more.");

        var count = 1;
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] != sorted[count - 1])
                sorted[count++] = sorted[i];
        }

        return FromAscending(sorted.AsSpan(0, count));
    }

    /// <summary>Returns whether a sink is in the set. Logarithmic in <see cref="Count"/>.</summary>
    public bool Contains(int index) => Array.BinarySearch(_indices, index) >= 0;

    /// <summary>Returns how many sinks both sets have.</summary>
    public int Overlap(SinkSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ReadOnlySpan<int> ours = _indices, theirs = other._indices;
        int i = 0, j = 0, shared = 0;
        while (i < ours.Length && j < theirs.Length)
        {
            int our = ours[i], their = theirs[j];
            if (our == their)
                shared++;
            if (our <= their)
                i++;
            if (their <= our)
                j++;
        }

        return shared;
    }

    /// <summary>Returns the sinks that either set has.</summary>
    public SinkSet Union(SinkSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0)
            return this;
        if (Count == 0)
            return other;

        int[] ours = _indices, theirs = other._indices;
        var union = new int[ours.Length + theirs.Length];
        int i = 0, j = 0, count = 0;
        while (i < ours.Length || j < theirs.Length)
        {
            var our = i < ours.Length ? ours[i] : int.MaxValue;
            var their = j < theirs.Length ? theirs[j] : int.MaxValue;
            union[count++] = Math.Min(our, their);
            if (i < ours.Length && our <= their)
                i++;
            if (j < theirs.Length && their <= our)
                j++;
        }

        return FromAscending(union.AsSpan(0, count));
    }

    /// <summary>Returns the sinks of this set that the other does not have.</summary>
    public SinkSet Except(SinkSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        int[] ours = _indices, theirs = other._indices;
        var rest = new int[ours.Length];
        int j = 0, count = 0;
        foreach (var our in ours)
        {
            while (j < theirs.Length && theirs[j] < our)
                j++;
            if (j == theirs.Length || theirs[j] != our)
                rest[count++] = our;
        }

        return count == Count ? this : FromAscending(rest.AsSpan(0, count));
    }

    /// <summary>Returns an enumerator over the sinks in ascending order.</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => Indices.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(SinkSet? other) => other is not null && Indices.SequenceEqual(other.Indices);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SinkSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var index in _indices)
            hash.Add(index);
        return hash.ToHashCode();
    }

    /// <summary>Returns the sinks as text, such as <c>{3, 17, 254}</c>.</summary>
    public override string ToString() => $"{{{string.Join(", ", _indices)}}}";

    /// <summary>Makes a set of indices that are known to be distinct, ascending and 0 or more. The span is copied.</summary>
    internal static SinkSet FromAscending(ReadOnlySpan<int> indices) => indices.IsEmpty ? Empty : new SinkSet(indices.ToArray());

    /// <summary>Makes a set of an array that is known to be distinct, ascending and 0 or more, and that nobody changes afterwards.</summary>
    internal static SinkSet Owning(int[] ascendingIndices) => ascendingIndices.Length == 0 ? Empty : new SinkSet(ascendingIndices);
}
