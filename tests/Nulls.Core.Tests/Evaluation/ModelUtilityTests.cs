using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class ModelUtilityTests
{
    [Fact]
    public void The_utility_is_scipys_harmonic_mean_of_the_nine_numbers() =>
        Assert.Equal(0.5799423195824464, ModelUtility.Of(new(0.9, 0.8, 0.7), new(0.6, 0.5, 0.4), new(0.3, 0.95, 0.85)), 12);

    [Fact]
    public void One_number_of_0_makes_it_0() =>
        Assert.Equal(0, ModelUtility.Of(new(0.9, 0.8, 0.7), new(0.6, 0, 0.4), new(0.3, 0.95, 0.85)));

    [Fact]
    public void One_number_that_is_missing_makes_it_missing() =>
        Assert.Equal(double.NaN, ModelUtility.Of(new(0.9, 0.8, double.NaN), new(0.6, 0.5, 0.4), new(0.3, 0.95, 0.85)));

    [Fact]
    public void Numbers_outside_0_to_1_are_refused() =>
        Assert.Contains("1.5", Assert.Throws<ArgumentException>(() => ModelUtility.Of(new(0.9, 0.8, 1.5), new(0.6, 0.5, 0.4), new(0.3, 0.95, 0.85))).Message);
}
