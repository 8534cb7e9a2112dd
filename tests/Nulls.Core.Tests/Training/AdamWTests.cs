using Nulls.Tests.Support;
using Nulls.Training;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Nulls.Tests.Training;

public class AdamWTests
{
    [Fact]
    public void A_garbage_collection_during_a_step_changes_nothing()
    {
        var quiet = Train();
        using var collection = new ConstantCollection();
        Assert.Equal(quiet, Train());
    }

    private static float[] Train()
    {
        using var weight = new Parameter(ones(8, 8));
        using var optimiser = new AdamW([new ParameterGroup([weight], 1, 0.1)], 0.9, 0.95);
        for (var step = 0; step < 3_000; step++)
        {
            optimiser.ZeroGradients();
            // Copied, not added: that takes no number, and TorchSharp's own operations do not keep theirs alive.
            using (no_grad())
                optimiser.GradientOf(weight).copy_(weight);
            optimiser.ClipGradients(1);
            optimiser.Step(1e-3);
        }

        return weight.data<float>().ToArray();
    }
}
