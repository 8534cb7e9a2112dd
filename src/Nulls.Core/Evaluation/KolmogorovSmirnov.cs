namespace Nulls.Evaluation;

/// <summary>The two-sample Kolmogorov-Smirnov test: could two samples come from one distribution?</summary>
/// <param name="Statistic">The greatest distance between the two empirical distribution functions, from 0 to 1.</param>
/// <param name="PValue">The probability, if both come from one distribution, of a distance at least as great; from 0 to 1. Two-sided.</param>
/// <remarks>A large p-value says that the samples do not tell the distributions apart, not that these are the same; small samples tell little apart.</remarks>
public readonly record struct KolmogorovSmirnov(double Statistic, double PValue)
{
    // Half a second of work. The limit is good to some per cent of the p-value from there on.
    private const long MostCells = 100_000_000;

    /// <summary>Compares two samples.</summary>
    /// <param name="first">A sample of at least 1 finite value.</param>
    /// <param name="second">Another.</param>
    /// <remarks>
    /// The p-value is exact for continuous distributions (Hodges, Arkiv för Matematik 3 (1958), 469), as scipy's <c>ks_2samp</c> gives
    /// it, also far below 1e-16; ties make it conservative. When the product of the sizes exceeds 100 million, it is that of
    /// Kolmogorov's limit distribution.
    /// </remarks>
    /// <exception cref="ArgumentException">A sample is empty or has a value that is not finite.</exception>
    public static KolmogorovSmirnov TwoSample(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var sortedFirst = Sorted(first, nameof(first));
        var sortedSecond = Sorted(second, nameof(second));
        var divisor = GreatestCommonDivisor(first.Count, second.Count);

        // Distances are multiples of 1 / (m n / gcd): whole numbers have no rounding to mistake for a step.
        long firstStep = second.Count / divisor;
        long secondStep = first.Count / divisor;
        var greatest = GreatestDistance(sortedFirst, sortedSecond, firstStep, secondStep);
        var statistic = (double)greatest / (firstStep * first.Count);
        var pValue = (long)first.Count * second.Count <= MostCells
            ? Exact(first.Count, second.Count, firstStep, secondStep, greatest)
            : Limit(statistic * Math.Sqrt((double)first.Count * second.Count / (first.Count + (double)second.Count)));
        return new(statistic, pValue);
    }

    /// <summary>The probability that Kolmogorov's limit distribution exceeds a value.</summary>
    internal static double Limit(double value)
    {
        if (value <= 0)
            return 1;

        // The two series are equal; each converges in a few terms on its side.
        var sum = 0.0;
        if (value < 1)
        {
            for (var k = 1; k <= 7; k += 2)
                sum += Math.Exp(-k * k * Math.PI * Math.PI / (8 * value * value));
            return 1 - (Math.Sqrt(2 * Math.PI) / value * sum);
        }

        for (var k = 1; k <= 6; k++)
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * value * value);
        return sum;
    }

    private static long GreatestDistance(double[] first, double[] second, long firstStep, long secondStep)
    {
        long greatest = 0;
        var (i, j) = (0, 0);
        while (i < first.Length && j < second.Length)
        {
            var value = Math.Min(first[i], second[j]);
            while (i < first.Length && first[i] == value)
                i++;
            while (j < second.Length && second[j] == value)
                j++;
            greatest = Math.Max(greatest, Math.Abs((i * firstStep) - (j * secondStep)));
        }

        return greatest;
    }

    // The share of lattice paths from (0, 0) to (m, n) that reach the distance. Shares only add up, so small ones keep their digits.
    private static double Exact(int m, int n, long firstStep, long secondStep, long distance)
    {
        if (distance == 0)
            return 1;

        var reached = new double[n + 1];
        for (var i = 0; i <= m; i++)
        {
            for (var j = 0; j <= n; j++)
            {
                if (Math.Abs((i * firstStep) - (j * secondStep)) >= distance)
                    reached[j] = 1;
                else if (i + j == 0)
                    reached[j] = 0;
                else
                    reached[j] = ((i * (i == 0 ? 0 : reached[j])) + (j * (j == 0 ? 0 : reached[j - 1]))) / (i + j);
            }
        }

        return Math.Min(1, reached[n]);
    }

    private static double[] Sorted(IReadOnlyList<double> sample, string name)
    {
        if (sample.Count == 0)
            throw new ArgumentException("The test compares samples, and this one has no values.", name);
        var sorted = sample.ToArray();
        var infinite = Array.FindIndex(sorted, value => !double.IsFinite(value));
        if (infinite >= 0)
            throw new ArgumentException($"The test orders values, and value {infinite} of {sorted.Length} is {sorted[infinite]}: leave it out.", name);
        Array.Sort(sorted);
        return sorted;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
