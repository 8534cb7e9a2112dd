using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class MembershipInferenceTests
{
    [Fact]
    public void An_attack_that_finds_every_member_has_area_and_rate_1()
    {
        var attack = MembershipInference.Of([-1, -1.2, -0.8], [-3, -2, -2.5, -4]);

        Assert.Equal(1, attack.AreaUnderCurve);
        Assert.Equal(1, attack.TruePositiveRate);
        Assert.Equal((3, 4), (attack.MemberCount, attack.NonMemberCount));
    }

    [Fact]
    public void Members_like_non_members_have_area_one_half_and_few_are_found()
    {
        double[] scores = [.. Enumerable.Range(0, 200).Select(i => (double)i)];
        var attack = MembershipInference.Of(scores, scores);

        Assert.Equal(0.5, attack.AreaUnderCurve, 12);
        Assert.Equal(0.01, attack.TruePositiveRate, 12);
        Assert.InRange(0.5, attack.AreaInterval.Lower, attack.AreaInterval.Upper);
        Assert.Equal(ConfidenceInterval.Wilson(2, 200), attack.TruePositiveRateInterval);
    }

    [Fact]
    public void Leakage_is_0_like_the_retrained_model_and_minus_100_per_cent_when_all_is_known()
    {
        Assert.Equal(0, PrivacyLeakage.Of(0.52, 0.52));
        Assert.Equal(-100, PrivacyLeakage.Of(1, 0.5), 12);
        Assert.Equal(100, PrivacyLeakage.Of(0, 0.5), 12);

        // OpenUnlearning's privleak with agg_value .7 against .48: ((1 - .7) - (1 - .48)) / (1 - .48).
        Assert.Equal(-42.3076923, PrivacyLeakage.Of(0.7, 0.48), 6);
    }

    [Fact]
    public void Areas_outside_0_to_1_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyLeakage.Of(1.1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyLeakage.Of(0.5, double.NaN));
    }
}
