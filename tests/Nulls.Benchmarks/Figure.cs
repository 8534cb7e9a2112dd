namespace Nulls.Benchmarks;

/// <summary>One measured number and the bound that it is to reach.</summary>
/// <param name="Name">What the summary calls it, such as <c>mlp.docs1</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="Reach">The bound.</param>
/// <param name="IsUpperBound">Whether the bound is the most that the number may be, not the least.</param>
/// <param name="Detail">How it came about: sizes, both times, the peak it is a share of.</param>
internal sealed record Figure(string Name, double Value, double Reach, bool IsUpperBound, string Detail)
{
    /// <summary>Gets whether the bound is kept; a number that is none keeps no bound.</summary>
    public bool IsHeld => IsUpperBound ? Value <= Reach : Value >= Reach;
}
