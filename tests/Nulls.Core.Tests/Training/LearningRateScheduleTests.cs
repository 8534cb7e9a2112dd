using Nulls.Training;

namespace Nulls.Tests.Training;

public class LearningRateScheduleTests
{
    private static readonly LearningRateSchedule Schedule = new(Peak: 2, StepCount: 1000, WarmUpSteps: 50, FinalShare: 0.1);

    [Fact]
    public void It_rises_linearly_to_the_peak() => Assert.Equal([0.04, 1, 2], new[] { Schedule.At(0), Schedule.At(24), Schedule.At(49) }, Near);

    [Fact]
    public void It_is_half_way_down_half_way_through() => Assert.Equal(1.1, Schedule.At(50 + 475), 9);

    [Fact]
    public void It_ends_at_its_share_of_the_peak() => Assert.Equal(0.2, Schedule.At(1000), 9);

    [Fact]
    public void A_short_phase_warms_up_for_a_tenth_of_it() => Assert.Equal(2, (Schedule with { StepCount = 20 }).At(2), 9);

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) < 1e-12;
}
