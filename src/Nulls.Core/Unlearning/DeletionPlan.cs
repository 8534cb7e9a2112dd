using Nulls.Sinks;

namespace Nulls.Unlearning;

/// <summary>How many deletions a model can take before survivors suffer, and what to do about it.</summary>
/// <remarks>
/// Unlearning alone costs survivors nothing, however many are unlearned. Erasing takes shared sinks: after E erased sources a survivor
/// has lost the share 1 - (1 - k/pool)^E of its sinks on average.
/// </remarks>
public sealed record DeletionPlan
{
    /// <summary>The mean share of a survivor's sinks whose loss was not measurable at small scale.</summary>
    public const double DefaultTolerance = 0.04;

    private DeletionPlan()
    {
    }

    /// <summary>Gets the number of erased sources at which the mean share of a survivor's sinks that is lost passes the tolerance; null when it never does.</summary>
    public required long? ErasuresUntilRetraining { get; init; }

    /// <summary>Gets the time until then at the expected rate; null when it is never, or when none are expected.</summary>
    public required TimeSpan? TimeUntilRetraining { get; init; }

    /// <summary>Gets the share of a survivor's sinks that is lost on average after a year at the expected rate. From 0 to 1.</summary>
    public required double ShareLostInAYear { get; init; }

    /// <summary>Gets whether <see cref="SinkAllocationKind.Exclusive"/>, under which erasing costs survivors nothing, has room for as many sources in a pool of this width.</summary>
    public required bool ExclusiveFits { get; init; }

    /// <summary>Gets the width of the pool that <see cref="SinkAllocationKind.Exclusive"/> would need.</summary>
    public required long ExclusivePoolWidth { get; init; }

    /// <summary>Gets what to do, in sentences.</summary>
    public required string Advice { get; init; }

    /// <summary>Plans for deletions to come.</summary>
    /// <param name="allocation">Which sinks each source has.</param>
    /// <param name="sourceCount">The number of sources.</param>
    /// <param name="erasedCount">How many are erased already.</param>
    /// <param name="erasuresPerYear">How many are expected to be erased in a year. At least 0.</param>
    /// <param name="tolerance">The mean share of a survivor's sinks that may be lost. Above 0 and below 1; the default is 0.04.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public static DeletionPlan Make(
        SinkAllocation allocation, long sourceCount, long erasedCount, double erasuresPerYear, double tolerance = DefaultTolerance)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        if (sourceCount < 1)
            throw new ArgumentOutOfRangeException(nameof(sourceCount), sourceCount, "There must be 1 source or more.");
        if (erasedCount < 0 || erasedCount > sourceCount)
            throw new ArgumentOutOfRangeException(nameof(erasedCount), erasedCount, $"Of {sourceCount:N0} sources, 0 to {sourceCount:N0} can be erased.");
        if (!(erasuresPerYear >= 0 && double.IsFinite(erasuresPerYear)))
            throw new ArgumentOutOfRangeException(nameof(erasuresPerYear), erasuresPerYear, "The expected erasures a year must be 0 or a finite number above it.");
        if (!(tolerance > 0 && tolerance < 1))
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "The tolerance is a share of a survivor's sinks and must be above 0 and below 1.");

        var sinksPerSource = allocation.MaxSinksPerSource ?? MeanSinkCount(allocation);
        var share = (double)sinksPerSource / allocation.PoolWidth;
        var sharesSinks = allocation.MaxOverlap != 0;
        long? until = sharesSinks ? Math.Max(0, (share == 1 ? 1 : (long)Math.Ceiling(Math.Log(1 - tolerance) / Math.Log(1 - share))) - erasedCount) : null;
        if (until > sourceCount - erasedCount)
            until = null;
        TimeSpan? time = until is { } erasures && erasuresPerYear > 0 && erasures / erasuresPerYear * 365 < TimeSpan.MaxValue.TotalDays
            ? TimeSpan.FromDays(erasures / erasuresPerYear * 365)
            : null;
        var exclusiveWidth = sourceCount * Math.Max(1, sinksPerSource);
        var exclusiveFits = exclusiveWidth <= allocation.PoolWidth;
        return new DeletionPlan
        {
            ErasuresUntilRetraining = until,
            TimeUntilRetraining = time,
            ShareLostInAYear = sharesSinks ? 1 - Math.Pow(1 - share, erasedCount + erasuresPerYear) : 0,
            ExclusiveFits = exclusiveFits,
            ExclusivePoolWidth = exclusiveWidth,
            Advice = AdviceOf(sharesSinks, until, time, tolerance, exclusiveFits, exclusiveWidth),
        };
    }

    // The published hashes give sources varying numbers of sinks, and id 0 all of them.
    private static int MeanSinkCount(SinkAllocation allocation) =>
        (int)Math.Round(Enumerable.Range(1, 64).Average(index => allocation.Allocate(index).Count));

    private static string AdviceOf(bool sharesSinks, long? until, TimeSpan? time, double tolerance, bool exclusiveFits, long exclusiveWidth)
    {
        const string Gate = "Unlearning without erasing costs survivors nothing: gate at once, and erase together with the next retraining where the law lets you. ";
        if (!sharesSinks)
            return "No two sources share sinks: any number can be erased without a loss for the others.";
        if (until is null)
            return Gate + $"Erasing every source still leaves survivors less than {tolerance:P0} short of sinks: no retraining is due.";

        var when = until == 0 ? "now" : $"after {until:N0} more erasures" + (time is { } span ? $", in about {Math.Ceiling(span.TotalDays):N0} days at the expected rate" : "");
        var exclusive = exclusiveFits
            ? " The Exclusive allocation has room for all sources in this pool, and erasing would then cost nothing: choose it when you retrain."
            : $" The Exclusive allocation, under which erasing costs nothing, would need a pool of {exclusiveWidth:N0} sinks.";
        return Gate + $"Retrain without the erased sources {when}: survivors then have lost {tolerance:P0} of their sinks on average." + exclusive;
    }
}
