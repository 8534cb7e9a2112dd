using static TorchSharp.torch;

namespace Nulls.Tests.Torch;

public class NativeBackendTests
{
    [Fact]
    public void An_operation_of_Torch_works()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(10, arange(5).sum().item<long>());
    }
}
