namespace Nulls.Text;

/// <summary>Finds sources that say nearly the same, so that copies of one text do not count as several sources.</summary>
/// <remarks>
/// Min-wise hashing (Broder, 1997) of runs of eight tokens: 16 minima of 32 bits a source, 64 bytes. Sources that agree in a band of
/// four minima are compared, and belong together when 12 of 16 agree, an estimated resemblance of 0.75.
/// </remarks>
internal sealed class NearDuplicates
{
    private const int RunLength = 8;
    private const int MinimumCount = 16;
    private const int MinimaPerBand = 4;
    private const int FewestEqual = 12;

    private readonly uint[] _minima;
    private readonly int _sourceCount;

    public NearDuplicates(int sourceCount)
    {
        _sourceCount = sourceCount;
        _minima = new uint[(long)sourceCount * MinimumCount];
        Array.Fill(_minima, uint.MaxValue);
    }

    /// <summary>Adds a text of a source.</summary>
    public void Add(int source, ReadOnlySpan<int> tokens)
    {
        var minima = Of(source);
        for (var start = 0; start == 0 || start + RunLength <= tokens.Length; start++)
        {
            var run = 0UL;
            foreach (var token in tokens[start..Math.Min(tokens.Length, start + RunLength)])
                run = SplitMix64.Join(run, (ulong)(uint)token);
            for (var i = 0; i < minima.Length; i++)
                minima[i] = Math.Min(minima[i], (uint)(SplitMix64.Join((ulong)(uint)i, run) >> 32));
        }
    }

    /// <summary>Returns the group of each source, which is the number of one of its members.</summary>
    public int[] Group()
    {
        int[] groups = [.. Enumerable.Range(0, _sourceCount)];
        var bands = new ulong[_sourceCount];
        var order = new int[_sourceCount];
        for (var first = 0; first < MinimumCount; first += MinimaPerBand)
        {
            for (var source = 0; source < _sourceCount; source++)
            {
                (order[source], bands[source]) = (source, 0);
                foreach (var minimum in Of(source).Slice(first, MinimaPerBand))
                    bands[source] = SplitMix64.Join(bands[source], minimum);
            }

            Array.Sort(bands, order);
            for (var i = 1; i < order.Length; i++)
            {
                if (bands[i] == bands[i - 1] && Resembles(order[i], order[i - 1]))
                    Join(groups, order[i], order[i - 1]);
            }
        }

        for (var source = 0; source < groups.Length; source++)
            groups[source] = Root(groups, source);
        return groups;
    }

    private bool Resembles(int left, int right)
    {
        var equal = 0;
        for (var i = 0; i < MinimumCount; i++)
            equal += Of(left)[i] == Of(right)[i] ? 1 : 0;
        return equal >= FewestEqual;
    }

    private Span<uint> Of(int source) => _minima.AsSpan(source * MinimumCount, MinimumCount);

    private static void Join(int[] groups, int left, int right)
    {
        var (first, second) = (Root(groups, left), Root(groups, right));
        groups[Math.Max(first, second)] = Math.Min(first, second);
    }

    private static int Root(int[] groups, int source)
    {
        while (groups[source] != source)
            source = groups[source] = groups[groups[source]];
        return source;
    }
}
