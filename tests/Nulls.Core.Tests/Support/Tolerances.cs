namespace Nulls.Tests.Support;

/// <summary>How far a number may be from its oracle's: |actual - expected| &lt;= Absolute + Relative |expected|.</summary>
internal readonly record struct Tolerance(double Absolute, double Relative)
{
    public bool Allows(double expected, double actual) =>
        expected.Equals(actual) || Math.Abs(actual - expected) <= Absolute + Relative * Math.Abs(expected);
}

internal static class Tolerances
{
    /// <summary>Same bits: masks, indices, bytes, what a file gives back.</summary>
    public static Tolerance Exact { get; } = new(0, 0);

    /// <summary>
    /// The same sum of 32-bit products in another order. Each rounding is 6e-8 of a partial sum; over the hundreds of terms and few
    /// layers of a tiny model they reach some 1e-6.
    /// </summary>
    public static Tolerance ReorderedFloat32 { get; } = new(1e-5, 1e-5);

    /// <summary>Gradients pass through twice as many sums as values, and small ones are differences of large ones.</summary>
    public static Tolerance GradientFloat32 { get; } = new(2e-5, 1e-4);

    /// <summary>Five steps of AdamW at a learning rate of 0.01: where a gradient is near 0, its sign decides a whole step, and rounding may decide the sign.</summary>
    public static Tolerance AfterAdamW { get; } = new(1e-4, 1e-4);

    /// <summary>bfloat16 keeps 8 bits: each rounding is 4e-3 of the value.</summary>
    public static Tolerance BFloat16 { get; } = new(2e-2, 2e-2);

    /// <summary>Numbers that an oracle printed with seven digits.</summary>
    public static Tolerance PrintedFloat32 { get; } = new(1e-6, 1e-6);
}
