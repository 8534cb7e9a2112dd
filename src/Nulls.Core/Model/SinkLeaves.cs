using Nulls.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>The sinks that one training step gathered, as leaves of its graph: autograd never sees the pools.</summary>
/// <remarks>
/// After the backward pass <see cref="ScatterGradients"/> adds the leaves' gradients to the pools'. So only active sinks are
/// computed, cast or differentiated, and the gradient equals that of the dense masked form. The batch must outlive its leaves.
/// </remarks>
internal sealed class SinkLeaves : IDisposable
{
    private readonly List<Leaf> _leaves = [];

    /// <summary>Gathers rows of a pool as a leaf [B, S, D] that requires a gradient.</summary>
    /// <param name="pool_PD">The pool's weights.</param>
    /// <param name="rows_BS">The rows to gather: B x S numbers.</param>
    /// <param name="bucket">The sequences that the rows belong to.</param>
    /// <param name="type">The type to compute in.</param>
    public Tensor Gather(Tensor pool_PD, Tensor rows_BS, SequenceBucket bucket, ScalarType type)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var leaf_BSD = pool_PD.index_select(0, rows_BS).view(bucket.Count, -1, pool_PD.shape[1]).to(type).DetachFromDisposeScope();
        leaf_BSD.requires_grad_(true);
        _leaves.Add(new Leaf(pool_PD, rows_BS, leaf_BSD, bucket));
        return leaf_BSD;
    }

    /// <summary>Adds every leaf's gradient to the gradient of its pool.</summary>
    /// <param name="gradientOf">The pool's gradient, [P, D] in 32 bits, by pool.</param>
    /// <param name="clipNorm">The largest norm that one sequence's gradient over all its sinks keeps, or null not to clip.</param>
    public void ScatterGradients(Func<Tensor, Tensor> gradientOf, double? clipNorm = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var bucket in _leaves.GroupBy(leaf => leaf.Bucket))
        {
            // A leaf that reached no target has no gradient.
            var leaves = bucket.Where(leaf => leaf.Values_BSD.grad is not null).ToArray();
            var gradients_BSD = leaves.Select(leaf => leaf.Values_BSD.grad!.to(ScalarType.Float32)).ToArray();
            if (clipNorm is { } norm && leaves.Length > 0)
                gradients_BSD = Clip(gradients_BSD, norm);
            for (var i = 0; i < leaves.Length; i++)
                gradientOf(leaves[i].Pool_PD).index_add_(0, leaves[i].Rows_BS, gradients_BSD[i].view(leaves[i].Rows_BS.shape[0], -1), LastingNumbers.One);
        }
    }

    public void Dispose()
    {
        foreach (var leaf in _leaves)
            leaf.Values_BSD.Dispose();
        _leaves.Clear();
    }

    // Each sequence apart: how strongly one source learns never depends on who else is in the step.
    private static Tensor[] Clip(Tensor[] gradients_BSD, double norm)
    {
        using Scalar epsilon = 1e-6;
        var norm_B = gradients_BSD.Select(gradient_BSD => gradient_BSD.square().sum([1L, 2L])).Aggregate(LastingNumbers.Plus).sqrt();
        var scale_B11 = (tensor((float)norm, device: norm_B.device) / norm_B.add(epsilon, LastingNumbers.One)).clamp_max(LastingNumbers.One).view(-1, 1, 1);
        return [.. gradients_BSD.Select(gradient_BSD => gradient_BSD * scale_B11)];
    }

    private sealed record Leaf(Tensor Pool_PD, Tensor Rows_BS, Tensor Values_BSD, SequenceBucket Bucket);
}
