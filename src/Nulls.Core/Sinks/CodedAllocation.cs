namespace Nulls.Sinks;

/// <summary>The Reed-Solomon allocation.</summary>
/// <remarks>
/// The pool is k groups of q sinks, q prime. The digits of a source's index in base q are the coefficients of a polynomial over
/// GF(q), lowest first; its sink in group g is the polynomial's value at g. Two polynomials of degree below t that agree at t points
/// are one, and the k points differ because k is at most q: hence at most t - 1 shared sinks. An index below q^s has zeros for all
/// but s digits, so the first q^s sources share at most s - 1 sinks whatever t is, and the first q share none.
/// </remarks>
internal sealed class CodedAllocation : SinkAllocation
{
    private readonly int _sinksPerSource;
    private readonly int _groupWidth;
    private readonly int _degree;

    public CodedAllocation(int poolWidth, int sinksPerSource, int degree)
        : base(poolWidth)
    {
        RequireSinksFitPool(sinksPerSource, poolWidth);
        if (degree < 1 || degree > sinksPerSource)
        {
            throw new ArgumentOutOfRangeException(
                nameof(degree), degree,
                $"The degree of the coded allocation must be from 1 to the number of sinks of a source ({sinksPerSource}), so that no two sources have all sinks in common.");
        }

        _sinksPerSource = sinksPerSource;
        _groupWidth = poolWidth / sinksPerSource;
        _degree = degree;
        if (poolWidth % sinksPerSource != 0 || _groupWidth < sinksPerSource || !IsPrime(_groupWidth))
        {
            throw new ArgumentException(
                $"A coded pool must be {sinksPerSource} groups (one for each sink of a source) of a prime number of sinks that is at least {sinksPerSource}; " +
                $"{poolWidth} is not. {NearestPools(poolWidth, sinksPerSource)}", nameof(poolWidth));
        }

        Capacity = SaturatingPower(_groupWidth, degree);
    }

    public override SinkAllocationKind Kind => SinkAllocationKind.Coded;

    public override long Capacity { get; }

    public override int? MaxSinksPerSource => _sinksPerSource;

    public override int? MaxOverlap => _degree - 1;

    private protected override string RemedyWhenFull => _degree < _sinksPerSource
        ? $"Raise the degree above {_degree}, which keeps the sinks of the sources so far, or enlarge the pool."
        : "Enlarge the pool.";

    private protected override SinkSet AllocateCore(long sourceIndex)
    {
        // 63 bits hold at most 63 base-q digits, because q is at least 2; the coefficients above them are 0.
        Span<int> coefficients = stackalloc int[64];
        var count = 0;
        for (var rest = sourceIndex; rest > 0; rest /= _groupWidth)
            coefficients[count++] = (int)(rest % _groupWidth);

        // Horner. value * g + coefficient stays below q * k, the width of the pool: it fits an int.
        var sinks = new int[_sinksPerSource];
        for (var group = 0; group < sinks.Length; group++)
        {
            var value = 0u;
            for (var i = count - 1; i >= 0; i--)
                value = (value * (uint)group + (uint)coefficients[i]) % (uint)_groupWidth;
            sinks[group] = group * _groupWidth + (int)value;
        }

        return SinkSet.Owning(sinks);
    }

    private static string NearestPools(int poolWidth, int sinksPerSource)
    {
        var widest = int.MaxValue / sinksPerSource;
        var below = Math.Min(poolWidth / sinksPerSource, widest);
        while (below >= sinksPerSource && !IsPrime(below))
            below--;

        var above = Math.Max(poolWidth / sinksPerSource + 1, sinksPerSource);
        while (above <= widest && !IsPrime(above))
            above++;

        var pools = new[] { below, above }.Where(width => width >= sinksPerSource && width <= widest && IsPrime(width))
            .Select(width => $"{(long)width * sinksPerSource} ({sinksPerSource} x {width})").ToArray();
        return pools.Length switch
        {
            0 => "No pool fits so many sinks of a source: give fewer.",
            1 => $"The nearest width that fits is {pools[0]}.",
            _ => $"The nearest widths that fit are {pools[0]} and {pools[1]}.",
        };
    }

    private static bool IsPrime(int number)
    {
        if (number < 4)
            return number >= 2;
        if (number % 2 == 0)
            return false;

        for (var divisor = 3; divisor <= number / divisor; divisor += 2)
        {
            if (number % divisor == 0)
                return false;
        }

        return true;
    }

    private static long SaturatingPower(long number, int exponent)
    {
        var power = 1L;
        for (var i = 0; i < exponent; i++)
        {
            if (power > long.MaxValue / number)
                return long.MaxValue;
            power *= number;
        }

        return power;
    }
}
