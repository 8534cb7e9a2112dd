using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Torch;

/// <summary>Numbers for Torch's operations that nobody frees.</summary>
/// <remarks>
/// TorchSharp makes a temporary <see cref="Scalar"/> of a number that an operation takes, even of the 1 that scales a sum's second
/// term, hands its address to native code and forgets it: the garbage collector may free it while the operation runs, and the
/// operation then fails or reads another number. Where threads collect often, that happens. So operations on the way of training and
/// scoring take numbers from here, or from a variable with <c>using</c>.
/// </remarks>
internal static class LastingNumbers
{
    public static Scalar One { get; } = 1;

    /// <summary>The sum of two tensors.</summary>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);

    /// <summary>A tensor times itself; TorchSharp's own square is a power with a temporary 2.</summary>
    public static Tensor Squared(this Tensor tensor) => tensor * tensor;
}
