using Nulls.Torch;
using static TorchSharp.torch;

namespace Nulls.Tests.Support;

/// <summary>Where the golden numbers are computed: on the device that the environment variable NULLS_TEST_DEVICE names, such as <c>cuda:0</c>, or the CPU.</summary>
internal static class TestDevice
{
    public static Device Chosen { get; } = TorchDevice.Parse(Environment.GetEnvironmentVariable("NULLS_TEST_DEVICE") is { Length: > 0 } name ? name : "cpu");
}
