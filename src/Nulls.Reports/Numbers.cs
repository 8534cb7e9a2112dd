using System.Globalization;
using Nulls.Evaluation;

namespace Nulls.Reports;

/// <summary>Numbers in words: three digits where they tell something.</summary>
internal static class Numbers
{
    public static string Text(double value) => value switch
    {
        double.NaN => "no number",
        double.PositiveInfinity => "infinite",
        double.NegativeInfinity => "minus infinite",
        0 => "0",
        _ => value.ToString(
            Math.Abs(value) switch
            {
                < 0.001 => "0.0e-0",
                < 10 => "0.###",
                < 1000 => "0.#",
                _ => "N0",
            },
            CultureInfo.InvariantCulture),
    };

    public static string Text(ConfidenceInterval interval) => $"{Text(interval.Lower)} to {Text(interval.Upper)}";

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Says the value to the last bit, for machines.</summary>
    public static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Time(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
    };
}
