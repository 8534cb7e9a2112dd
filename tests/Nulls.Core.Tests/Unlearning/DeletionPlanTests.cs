using Nulls.Sinks;
using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

public class DeletionPlanTests
{
    private static readonly SinkAllocation Tiny = SinkAllocation.Coded(poolWidth: 8 * 127, sinksPerSource: 8, degree: 2);

    [Fact]
    public void Retraining_is_due_at_the_first_erasure_whose_expected_loss_passes_the_tolerance()
    {
        var plan = DeletionPlan.Make(Tiny, sourceCount: 1000, erasedCount: 2, erasuresPerYear: 12);
        // 1 - (1 - 1/127)^n passes .04 at n = 6: five give .0387, six .0464.
        Assert.Equal(6 - 2, plan.ErasuresUntilRetraining);
        Assert.Equal(4 / 12.0 * 365, plan.TimeUntilRetraining!.Value.TotalDays, 6);
        Assert.Equal(1 - Math.Pow(126.0 / 127, 14), plan.ShareLostInAYear, 12);
        Assert.Contains("4 more erasures", plan.Advice);
    }

    [Fact]
    public void A_model_past_its_tolerance_is_to_be_retrained_now()
    {
        var plan = DeletionPlan.Make(Tiny, 1000, erasedCount: 50, erasuresPerYear: 1);
        Assert.Equal(0, plan.ErasuresUntilRetraining);
        Assert.Contains("Retrain without the erased sources now", plan.Advice);
    }

    [Fact]
    public void Exclusive_sources_are_never_a_reason_to_retrain()
    {
        var plan = DeletionPlan.Make(SinkAllocation.Exclusive(800, 8), 100, 0, 1000);
        Assert.Equal((null, null, 0.0), (plan.ErasuresUntilRetraining, plan.TimeUntilRetraining, plan.ShareLostInAYear));
        Assert.Contains("without a loss", plan.Advice);
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, false)]
    public void Exclusive_is_proposed_when_the_pool_has_room_for_it(long sourceCount, bool fits)
    {
        var plan = DeletionPlan.Make(Tiny, sourceCount, 0, 10);
        Assert.Equal((fits, sourceCount * 8), (plan.ExclusiveFits, plan.ExclusivePoolWidth));
        Assert.Equal(fits, plan.Advice.Contains("has room for all sources", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pool_so_wide_that_all_can_be_erased_needs_no_retraining() =>
        Assert.Null(DeletionPlan.Make(SinkAllocation.Hashed(100_000, 8, 0), 100, 0, 5).ErasuresUntilRetraining);

    [Fact]
    public void Without_expected_erasures_there_is_no_date() => Assert.Null(DeletionPlan.Make(Tiny, 1000, 0, 0).TimeUntilRetraining);

    [Fact]
    public void Published_masks_are_planned_by_their_mean_size() => Assert.InRange(
        DeletionPlan.Make(SinkAllocation.Published(7692, .013, 32, 0), 60_000, 0, 5).ErasuresUntilRetraining!.Value, 3, 4);

    [Theory]
    [InlineData(0, 0, 1, .04)]
    [InlineData(10, 11, 1, .04)]
    [InlineData(10, -1, 1, .04)]
    [InlineData(10, 0, double.NaN, .04)]
    [InlineData(10, 0, -1, .04)]
    [InlineData(10, 0, 1, 0)]
    [InlineData(10, 0, 1, 1)]
    [InlineData(10, 0, 1, double.NaN)]
    public void A_value_out_of_range_is_refused(long sourceCount, long erasedCount, double erasuresPerYear, double tolerance) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DeletionPlan.Make(Tiny, sourceCount, erasedCount, erasuresPerYear, tolerance));
}
