using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Torch;

/// <summary>Devices by their names: <c>cpu</c>, <c>cuda</c> (the first GPU) and <c>cuda:1</c>.</summary>
internal static class TorchDevice
{
    /// <summary>The device of that name, after the native libraries were loaded and the device was found to be there.</summary>
    /// <exception cref="ArgumentException">The name is none of those above.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer GPUs.</exception>
    /// <exception cref="PlatformNotSupportedException">The native backend has no CUDA, or finds no GPU.</exception>
    public static Device Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var index = IndexOf(name);
        NativeBackend.EnsureLoaded();
        if (index is null)
            return CPU;

        if (!cuda.is_available())
        {
            throw new PlatformNotSupportedException(
                $"Device '{name}' needs CUDA, but the native backend of this application offers none. Build the application with -p:NullsBackend=cuda, " +
                $"or set {NativeBackend.FolderVariable} to the lib folder of a PyTorch {NativeBackend.LibTorchVersion} for CUDA; if that is done, check that nvidia-smi lists a GPU.");
        }

        var count = cuda.device_count();
        if (index >= count)
            throw new ArgumentOutOfRangeException(nameof(name), name, $"Devices 'cuda:0' to 'cuda:{count - 1}' exist.");
        return device(DeviceType.CUDA, index.Value);
    }

    // Null for the CPU.
    private static int? IndexOf(string name) => name switch
    {
        "cpu" => null,
        "cuda" => 0,
        _ when name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => index,
        _ => throw new ArgumentException($"A device is 'cpu', 'cuda' or 'cuda:' and a number, such as 'cuda:1', but got '{name}'.", nameof(name)),
    };
}
