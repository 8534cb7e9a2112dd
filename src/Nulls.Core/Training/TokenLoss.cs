using Nulls.Kernels;
using Nulls.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Training;

/// <summary>Cross entropy with its gradient, some rows of logits at a time: a large vocabulary never has all its logits in memory.</summary>
/// <remarks>Logits come in the type that products run in; their normaliser, the loss and the probabilities are 32-bit.</remarks>
internal static class TokenLoss
{
    // Enough that adding the head's gradient costs little beside computing it; few enough that a small vocabulary's logits stay in the cache.
    private const int RowsAtATime = 1 << 10;

    /// <summary>The loss of each token, and the gradient of their weighted sum.</summary>
    /// <param name="hidden_ND">The hidden states, in the type of the head.</param>
    /// <param name="head_VD">The head.</param>
    /// <param name="targets_N">The token that follows each.</param>
    /// <param name="weights_N">The weight of each loss in the sum.</param>
    /// <param name="headGradient_VD">To which the head's gradient is added; null to leave it out.</param>
    /// <param name="rowsAtATime">The most rows of logits in memory.</param>
    /// <returns>The losses in 32 bits, and the gradient of the hidden states in their type.</returns>
    public static (Tensor Losses_N, Tensor HiddenGradient_ND) Compute(
        Tensor hidden_ND, Tensor head_VD, Tensor targets_N, Tensor weights_N, Tensor? headGradient_VD, int rowsAtATime = RowsAtATime)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var N = hidden_ND.shape[0];
        var losses_N = empty(N, ScalarType.Float32, hidden_ND.device);
        var gradient_ND = empty_like(hidden_ND);
        for (var start = 0L; start < N; start += rowsAtATime)
        {
            using var chunk = NewDisposeScope();
            var n = Math.Min(rowsAtATime, N - start);
            var hidden_nD = hidden_ND.narrow(0, start, n);
            var (losses_n, gradient_nV) = CrossEntropyKernel.Run(
                functional.linear(hidden_nD, head_VD), targets_N.narrow(0, start, n), weights_N.narrow(0, start, n));
            losses_N.narrow(0, start, n).copy_(losses_n);
            gradient_ND.narrow(0, start, n).copy_(gradient_nV.mm(head_VD));
            if (headGradient_VD is null)
                continue;
            if (hidden_nD.dtype == ScalarType.Float32)
                headGradient_VD.addmm_(gradient_nV.t(), hidden_nD);
            else
                headGradient_VD.add_(gradient_nV.t().mm(hidden_nD), LastingNumbers.One);
        }

        return (losses_N.MoveToOuterDisposeScope(), gradient_ND.MoveToOuterDisposeScope());
    }
}
