using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class ForgetQualityTests
{
    // Truth ratios of the first 40 questions of forget10, six digits: locuslab/tofu at 8c49eee (MIT), phi trained on all authors and on
    // 90 % of them, weight decay .01.
    private static readonly double[] Full =
    [
        0.112265, 0.746155, 1.011672, 0.67512, 0.462498, 0.34124, 0.556078, 0.566724, 0.292689, 0.225134, 0.624118, 0.385879, 0.171764, 1.149787,
        0.345044, 0.156647, 0.698928, 0.509157, 0.324713, 0.400309, 0.591591, 0.656027, 0.682191, 0.16259, 0.229622, 0.365002, 0.734185, 0.561136,
        0.949391, 0.400876, 1.419861, 0.791435, 0.344762, 0.389198, 0.192353, 0.562899, 0.558857, 0.565519, 0.697193, 0.48122,
    ];

    private static readonly double[] Retrained =
    [
        0.561813, 0.555263, 1.087481, 0.812861, 0.800463, 2.970964, 0.765519, 1.469239, 0.624645, 0.367575, 1.01416, 0.725606, 0.270746, 1.51334,
        0.661302, 0.168925, 0.856939, 0.662394, 0.22428, 0.753126, 0.940754, 0.892941, 0.740559, 0.898913, 0.317052, 0.374796, 1.098067, 0.494201,
        0.838363, 0.510231, 1.383078, 0.876054, 0.791338, 0.356725, 0.204257, 1.009056, 0.495787, 0.603554, 0.660032, 0.643548,
    ];

    [Fact]
    public void A_model_that_knows_is_told_from_the_retrained_one_with_scipys_p_value()
    {
        // scipy.stats.ks_2samp, 1.10.1.
        var test = ForgetQuality.Compare(Full, Retrained);

        Assert.Equal(0.35, test.Statistic, 1e-12);
        Assert.Equal(0.01430154804770646, test.PValue, 1e-12);
    }

    [Fact]
    public void A_model_like_the_retrained_one_has_a_forget_quality_of_1() => Assert.Equal(1, ForgetQuality.Compare(Retrained, Retrained).PValue);
}
