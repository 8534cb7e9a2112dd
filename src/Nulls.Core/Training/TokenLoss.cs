using Nulls.Kernels;
using Nulls.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Nulls.Training;

/// <summary>Cross entropy with its gradient, some rows of logits at a time: a large vocabulary never has all its logits in memory.</summary>
/// <remarks>Logits come in the type that products run in; their normaliser, the loss and the probabilities are 32-bit.</remarks>
internal static class TokenLoss
{
    // 64 MB in 16 bits: enough rows that the head's gradient is added few times.
    private const int LogitsAtATime = 1 << 25;

    /// <summary>The loss of each token, and the gradient of their weighted sum.</summary>
    /// <param name="hidden_ND">The hidden states, in the type of the head.</param>
    /// <param name="head_VD">The head.</param>
    /// <param name="targets_N">The token that follows each.</param>
    /// <param name="weights_N">The weight of each loss in the sum.</param>
    /// <param name="headGradient_VD">To which the head's gradient is added; null to leave it out.</param>
    /// <param name="logitsAtATime">The most logits in memory, but at least one row.</param>
    /// <returns>The losses in 32 bits, and the gradient of the hidden states in their type.</returns>
    public static (Tensor Losses_N, Tensor HiddenGradient_ND) Compute(
        Tensor hidden_ND, Tensor head_VD, Tensor targets_N, Tensor weights_N, Tensor? headGradient_VD, int logitsAtATime = LogitsAtATime)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (N, V) = (hidden_ND.shape[0], head_VD.shape[0]);
        var losses_N = empty(N, ScalarType.Float32, hidden_ND.device);
        var gradient_ND = empty_like(hidden_ND);
        var rows = Math.Max(1, logitsAtATime / V);
        for (var start = 0L; start < N; start += rows)
        {
            using var chunk = NewDisposeScope();
            var n = Math.Min(rows, N - start);
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
