using Nulls.Tests.Support;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace Nulls.Tests.SupportTests;

public class LiveTensorsTests
{
    [Fact]
    public void A_tensor_left_to_the_finalizer_is_a_leak()
    {
        var thrown = Record.Exception(() => LiveTensors.AssertUnchangedBy(() =>
        {
            Leak();
            LiveTensors.Settle();
        }));

        Assert.IsType<EqualException>(thrown);
    }

    [Fact]
    public void A_scope_leaves_no_tensor_behind() => LiveTensors.AssertUnchangedBy(() =>
    {
        using var scope = NewDisposeScope();
        _ = (ones(3) + 1).sum();
    });

    [Fact]
    public void A_tensor_detached_from_its_scope_stays_alive_until_it_is_disposed()
    {
        var before = LiveTensors.OnThisThread;
        Tensor kept_3;
        using (NewDisposeScope())
            kept_3 = (ones(3) + 1).DetachFromDisposeScope();

        Assert.Equal(before + 1, LiveTensors.OnThisThread);
        kept_3.Dispose();
        Assert.Equal(before, LiveTensors.OnThisThread);
    }

    private static void Leak() => _ = ones(3);
}
