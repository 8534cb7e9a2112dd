using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class TruthRatioTests
{
    // locuslab/tofu at 8c49eee, ft_epoch5_lr2e-05_phi_full_wd0.01, eval_log_forget.json (MIT): the first two questions.
    public static TheoryData<double, double[], double> Published => new()
    {
        { 2.1715891361236572, [4.848897933959961, 4.47636079788208, 4.350394248962402, 3.6465420722961426, 4.470200061798096], 0.11226536333560944 },
        { 2.4861631393432617, [2.174895763397217, 2.3751025199890137, 2.3885931968688965, 3.0402679443359375, 3.916064500808716], 0.7461552023887634 },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void The_geometric_ratio_is_the_one_that_TOFU_published(double paraphrasedLoss, double[] perturbedLosses, double ratio) =>
        Assert.Equal(ratio, TruthRatio.Of(-paraphrasedLoss, Array.ConvertAll(perturbedLosses, loss => -loss)), 1e-6);

    [Fact]
    public void The_arithmetic_ratio_is_that_of_mean_probabilities()
    {
        double[] wrong = [Math.Log(0.1), Math.Log(0.4)];

        Assert.Equal(0.25 / 0.5, TruthRatio.Of(Math.Log(0.5), wrong, TruthRatioMean.Arithmetic), 12);
        Assert.Equal(0.2 / 0.5, TruthRatio.Of(Math.Log(0.5), wrong), 12);
    }

    [Fact]
    public void Tiny_probabilities_keep_their_ratio() =>
        Assert.Equal(0.5, TruthRatio.Of(-2000, [-2000 + Math.Log(0.5)], TruthRatioMean.Arithmetic), 12);

    [Fact]
    public void What_is_forgotten_scores_by_nearness_to_1_and_what_is_kept_by_distance_below()
    {
        double[] ratios = [0.5, 2, 1, double.NaN];

        Assert.Equal((0.5 + 0.5 + 1) / 3, TruthRatio.ForgetScore(ratios), 12);
        Assert.Equal((0.5 + 0 + 0) / 3, TruthRatio.RetainScore(ratios), 12);
        Assert.Equal(0, TruthRatio.ForgetScore([0, double.PositiveInfinity]));
        Assert.Equal(double.NaN, TruthRatio.ForgetScore([]));
    }

    [Fact]
    public void A_ratio_needs_a_wrong_answer() => Assert.Throws<ArgumentException>(() => TruthRatio.Of(-1, []));
}
