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

    // The second is of many blocks, for several threads, and fills no vector.
    [Theory]
    [InlineData(5, 37)]
    [InlineData(201, 501)]
    public void Steps_are_those_of_Torchs_AdamW(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        using Parameter own = new(randn(rows, columns, generator: generator)), theirs = new(own.detach().clone());
        using var optimiser = new AdamW([new ParameterGroup([own], 0.5, 0.1)], 0.9, 0.95);
        using var expected = optim.AdamW([theirs], lr: 0.01, beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0.1);
        for (var step = 0; step < 20; step++)
        {
            var gradient = randn(rows, columns, generator: generator) * 3;
            optimiser.ZeroGradients();
            using (no_grad())
                optimiser.GradientOf(own).copy_(gradient);
            theirs.grad = gradient.clone();
            nn.utils.clip_grad_norm_([theirs], 1);
            optimiser.ClipGradients(1);
            optimiser.Step(0.02);
            expected.step();
        }

        TensorAssert.Equal(theirs, own, Tolerances.ReorderedFloat32);
    }

    [Fact]
    public void A_clipped_gradient_can_be_read_before_the_step()
    {
        using var scope = NewDisposeScope();
        using var weight = new Parameter(ones(4, 4));
        using var optimiser = new AdamW([new ParameterGroup([weight], 1, 0.1)], 0.9, 0.95);
        using (no_grad())
            optimiser.GradientOf(weight).fill_(3);
        optimiser.ClipGradients(1);
        TensorAssert.Equal(full(4, 4, 0.25f), optimiser.GradientOf(weight), Tolerances.ReorderedFloat32);
    }

    [Fact]
    public void A_step_leaves_no_gradient()
    {
        using var scope = NewDisposeScope();
        using var weight = new Parameter(ones(3, 7));
        using var optimiser = new AdamW([new ParameterGroup([weight], 1, 0.1)], 0.9, 0.95);
        using (no_grad())
            optimiser.GradientOf(weight).fill_(3);
        optimiser.Step(0.1);
        TensorAssert.Equal(zeros(3, 7), optimiser.GradientOf(weight), Tolerances.Exact);
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
