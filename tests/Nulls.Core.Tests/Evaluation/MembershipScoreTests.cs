using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class MembershipScoreTests
{
    private static readonly float[] Tokens = [-1, -6, -2, -4, -3, -0.5f, -0.25f, -5, -0.125f, -0.75f];

    [Fact]
    public void Min_K_is_the_mean_of_the_least_likely_tokens()
    {
        Assert.Equal(-5.5, MembershipScore.MinK(Tokens), 6);
        Assert.Equal(-4.5, MembershipScore.MinK(Tokens, share: 0.4), 6);
        Assert.Equal(-6, MembershipScore.MinK(Tokens, share: 0.05), 6);
    }

    [Fact]
    public void Min_K_of_all_tokens_is_the_loss() => Assert.Equal(MembershipScore.Loss(Tokens.Average(token => (double)token)), MembershipScore.MinK(Tokens, share: 1), 6);

    [Fact]
    public void Min_K_plus_plus_is_Min_K_of_standardised_tokens()
    {
        // (-3 + 2) / 2, (-1 + 2) / 1 and (-4 + 1) / 3: the least is -1.
        Assert.Equal(-1, MembershipScore.MinKPlusPlus([-3, -1, -4], [-2, -2, -1], [4, 1, 9]), 6);
        Assert.Equal(-0.75, MembershipScore.MinKPlusPlus([-3, -1, -4], [-2, -2, -1], [4, 1, 9], share: 0.7), 6);
    }

    [Fact]
    public void A_position_without_variance_does_not_divide_by_0() => Assert.Equal(-1000, MembershipScore.MinKPlusPlus([-1], [0], [0]), 3);

    [Fact]
    public void Min_K_plus_plus_needs_moments() => Assert.Contains(
        "ScoringOutputs.LogProbabilityMoments", Assert.Throws<ArgumentException>(() => MembershipScore.MinKPlusPlus(Tokens, [], [])).Message);

    // CPython 3.11: len(zlib.compress(text)).
    [Theory]
    [InlineData("", 8)]
    [InlineData("a", 9)]
    [InlineData("The author's full name is Hsiao Yun-Hwa.", 48)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 12)]
    public void Compressed_lengths_of_short_texts_are_zlibs(string text, int length)
    {
        Assert.InRange(MembershipScore.CompressedLength(text), length - 1, length + 1);
        Assert.Equal(-3.0 / MembershipScore.CompressedLength(text), MembershipScore.Zlib(-3, text), 12);
    }

    [Fact]
    public void A_text_is_likelier_a_member_than_to_the_reference_by_the_difference() => Assert.Equal(1.5, MembershipScore.Reference(-1, -2.5));

    [Fact]
    public void Shares_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MembershipScore.MinK(Tokens, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MembershipScore.MinK(Tokens, 1.01));
        Assert.Equal(double.NaN, MembershipScore.MinK([]));
    }
}
