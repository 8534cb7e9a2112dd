using Nulls.Inference;

namespace Nulls.Tests.Inference;

public class LikelihoodMixtureTests
{
    [Fact]
    public void Starts_uniform()
    {
        Assert.All(new LikelihoodMixture(4).LogWeights(), logWeight => Assert.Equal(Math.Log(0.25), logWeight, 1e-12));
    }

    [Fact]
    public void Weights_are_in_proportion_to_the_likelihoods()
    {
        var mixture = new LikelihoodMixture(2);
        mixture.Observe([Math.Log(0.5), Math.Log(0.25)]);
        mixture.Observe([Math.Log(0.5), Math.Log(0.2)]);

        // .25 against .05
        Assert.Equal(5.0 / 6, Math.Exp(mixture.LogWeights()[0]), 1e-12);
    }

    [Fact]
    public void Survives_likelihoods_that_no_double_holds()
    {
        var mixture = new LikelihoodMixture(2);
        mixture.Observe([-100_000, -100_001]);

        Assert.Equal(1 / (1 + Math.Exp(-1)), Math.Exp(mixture.LogWeights()[0]), 1e-9);
    }
}
