using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>What every layer of one pass reads besides the residual stream.</summary>
/// <param name="Batch">The tokens, and each sequence's sinks.</param>
/// <param name="Weights">The matrices to multiply with.</param>
/// <param name="Rotary">The cosines and sines at each token's position, [N, 1, K/2] each.</param>
/// <param name="NeedsGradient">Whether a backward pass follows.</param>
/// <param name="Cache">Filled with what the batch's tokens leave to those that follow; null when none do.</param>
internal sealed record ForwardPass(TokenBatch Batch, ComputeWeights Weights, (Tensor Cosine_N1k, Tensor Sine_N1k) Rotary, bool NeedsGradient, KeyValueCache? Cache);

/// <summary>The residual stream, in 32 bits, and what the next norm adds to it on its way: the output of the module before, in the type of the products.</summary>
internal readonly record struct ResidualStream(Tensor Sum_ND, Tensor? Pending_ND)
{
    /// <summary>Hands the tensors to the scope around the innermost.</summary>
    public ResidualStream MoveToOuterDisposeScope() => new(Sum_ND.MoveToOuterDisposeScope(), Pending_ND?.MoveToOuterDisposeScope());
}
