using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Tests.Torch;

public class TorchDeviceTests
{
    [Fact]
    public void Cpu_is_the_processor() => Assert.Equal(DeviceType.CPU, TorchDevice.Parse("cpu").type);

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("CPU")]
    [InlineData("cpu:0")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:99999999999")]
    public void Another_name_is_an_error_that_quotes_it_and_says_what_names_there_are(string name)
    {
        var thrown = Assert.Throws<ArgumentException>(() => TorchDevice.Parse(name));

        Assert.Contains($"'{name}'", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("'cuda:1'", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:63")]
    public void A_GPU_that_is_not_there_is_an_error_that_says_what_to_do(string name)
    {
        if (cuda.is_available() && name == "cuda")
        {
            Assert.Equal((DeviceType.CUDA, 0), (TorchDevice.Parse(name).type, TorchDevice.Parse(name).index));
            return;
        }

        var thrown = Assert.ThrowsAny<Exception>(() => TorchDevice.Parse(name));

        Assert.Contains(cuda.is_available() ? "'cuda:0'" : "-p:NullsBackend=cuda", thrown.Message, StringComparison.Ordinal);
        Assert.IsType(cuda.is_available() ? typeof(ArgumentOutOfRangeException) : typeof(PlatformNotSupportedException), thrown);
    }
}
