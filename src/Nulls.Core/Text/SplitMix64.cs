namespace Nulls.Text;

/// <summary>Numbers that a few seeds determine (Steele, Lea and Flood, 2014). Cheap to begin anew for every document, which <see cref="Random"/> is not.</summary>
internal sealed class SplitMix64
{
    private const ulong Increment = 0x9E3779B97F4A7C15;
    private ulong _state;

    /// <summary>Joins seeds to one: sequences from different ones have nothing to do with each other.</summary>
    public static ulong Join(ulong first, ulong second) => unchecked(Mix(Mix(first + Increment) + second + Increment));

    /// <summary>Begins the sequence of a seed.</summary>
    public SplitMix64 From(ulong seed)
    {
        _state = seed;
        return this;
    }

    /// <summary>Draws a number from 0 to one less than <paramref name="limit"/>, which is at least 1.</summary>
    public int Below(int limit)
    {
        _state = unchecked(_state + Increment);
        // The high half of a product scales a number; what it favours, it favours by less than one part in 2^32.
        return (int)Math.BigMul(Mix(_state), (ulong)limit, out _);
    }

    /// <summary>Draws an order.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var place = Below(last + 1);
            (items[last], items[place]) = (items[place], items[last]);
        }
    }

    /// <summary>Spreads every bit of a number over all bits.</summary>
    public static ulong Mix(ulong number)
    {
        unchecked
        {
            number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
            number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
            return number ^ (number >> 31);
        }
    }
}
