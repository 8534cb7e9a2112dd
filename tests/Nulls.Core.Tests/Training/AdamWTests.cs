using Nulls.Torch;
using Nulls.Training;
using Parameter = TorchSharp.Modules.Parameter;
using static TorchSharp.torch;

namespace Nulls.Tests.Training;

public class AdamWTests
{
    [Fact]
    public void A_garbage_collection_during_a_step_changes_nothing()
    {
        NativeBackend.EnsureLoaded();
        var quiet = Train(isCollecting: false);

        Assert.Equal(quiet, Train(isCollecting: true));
    }

    private static float[] Train(bool isCollecting)
    {
        using var weight = new Parameter(ones(8, 8));
        using var optimiser = new AdamW([new ParameterGroup([weight], 1, 0.1)], 0.9, 0.95);
        using var cancellation = new CancellationTokenSource();
        var collector = isCollecting ? Task.Run(() => Collect(cancellation.Token)) : Task.CompletedTask;
        for (var step = 0; step < 3_000; step++)
        {
            // Copied, not added: that takes no number, and TorchSharp's own operations do not keep theirs alive.
            using (no_grad())
                optimiser.GradientOf(weight).copy_(weight);
            optimiser.ClipGradients(1);
            optimiser.Step(1e-3);
        }

        cancellation.Cancel();
        collector.Wait();
        return weight.data<float>().ToArray();
    }

    private static void Collect(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
