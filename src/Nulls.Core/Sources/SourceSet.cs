using System.Collections;
using System.Numerics;

namespace Nulls.Sources;

/// <summary>A set of sources, by index, from which others are made by naming what changes.</summary>
/// <remarks>
/// One bit a source, in pages that sets share: another set copies the list of pages, one reference for 4,096 sources, and the pages
/// that change. So its cost follows what changes, not how many are in the set already. Immutable, so safe for many threads.
/// </remarks>
internal sealed class SourceSet : IReadOnlyCollection<int>
{
    private const int PageBits = 12;
    private const int PageWords = (1 << PageBits) / 64;

    // Null for a page without sources; none beyond the last that has some.
    private readonly ulong[]?[] _pages;

    private SourceSet(ulong[]?[] pages, int count)
    {
        _pages = pages;
        Count = count;
    }

    public static SourceSet Empty { get; } = new([], 0);

    /// <summary>Gets the number of sources in the set.</summary>
    public int Count { get; }

    public static SourceSet Of(IEnumerable<int> sources) => Empty.With(sources);

    public bool Contains(int source)
    {
        var page = source >> PageBits;
        return (uint)page < (uint)_pages.Length && _pages[page] is { } words && (words[Word(source)] & Bit(source)) != 0;
    }

    /// <summary>Makes the set of these sources and more.</summary>
    /// <param name="sources">Indices, each 0 or more.</param>
    public SourceSet With(IEnumerable<int> sources) => Changed(sources, isIn: true);

    /// <summary>Makes the set of these sources but some.</summary>
    /// <param name="sources">Indices, each 0 or more.</param>
    public SourceSet Without(IEnumerable<int> sources) => Changed(sources, isIn: false);

    /// <summary>Returns an enumerator over the indices in ascending order.</summary>
    public IEnumerator<int> GetEnumerator()
    {
        for (var word = 0; word < _pages.Length * PageWords; word++)
        {
            for (var rest = _pages[word / PageWords]?[word % PageWords] ?? 0; rest != 0; rest &= rest - 1)
                yield return word * 64 + BitOperations.TrailingZeroCount(rest);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private SourceSet Changed(IEnumerable<int> sources, bool isIn)
    {
        var (pages, count) = (_pages, Count);
        foreach (var source in sources)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(source);
            var page = source >> PageBits;
            var isKnown = page < pages.Length && pages[page] is { } known && (known[Word(source)] & Bit(source)) != 0;
            if (isKnown == isIn)
                continue;

            if (ReferenceEquals(pages, _pages))
                pages = [.. _pages];
            if (page >= pages.Length)
                Array.Resize(ref pages, page + 1);
            var shared = page < _pages.Length ? _pages[page] : null;
            if (pages[page] is not { } words || ReferenceEquals(words, shared))
                pages[page] = words = shared is null ? new ulong[PageWords] : [.. shared];
            words[Word(source)] ^= Bit(source);
            count += isIn ? 1 : -1;
        }

        return ReferenceEquals(pages, _pages) ? this : new SourceSet(pages, count);
    }

    private static int Word(int source) => source / 64 % PageWords;

    private static ulong Bit(int source) => 1UL << (source % 64);
}
