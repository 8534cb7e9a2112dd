using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>The sinks that one training step gathered, as leaves of its graph: autograd never sees the pools.</summary>
/// <remarks>
/// After the backward pass <see cref="ScatterGradients"/> adds the leaves' gradients to the pools'. So only active sinks are
/// computed, cast or differentiated, and the gradient equals that of the dense masked form.
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
        using var rows_BSD = pool_PD.index_select(0, rows_BS);
        var leaf_BSD = rows_BSD.view(bucket.Count, -1, pool_PD.shape[1]).to(type, copy: true).DetachFromDisposeScope();
        leaf_BSD.requires_grad_(true);
        _leaves.Add(new Leaf(pool_PD, rows_BS.alias().DetachFromDisposeScope(), leaf_BSD));
        return leaf_BSD;
    }

    /// <summary>Gets the leaves in the order of their gathering.</summary>
    public IReadOnlyList<Tensor> Tensors => [.. _leaves.Select(leaf => leaf.Values_BSD)];

    /// <summary>Adds every leaf's gradient to the gradient of its pool.</summary>
    /// <param name="gradientOf">The pool's gradient, [P, D] in 32 bits, by pool.</param>
    /// <param name="clipNorm">The largest norm that one sequence's gradient over all its sinks keeps, or null not to clip.</param>
    public void ScatterGradients(Func<Tensor, Tensor> gradientOf, double? clipNorm = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var gradients = _leaves.Select(leaf => leaf.Values_BSD.grad).ToArray();
        var scales = clipNorm is { } norm ? SequenceScales(gradients, norm) : null;
        for (var i = 0; i < _leaves.Count; i++)
        {
            if (gradients[i] is not { } gradient_BSD)
                continue;

            var scaled_BSD = gradient_BSD.to(ScalarType.Float32);
            if (scales is not null)
                scaled_BSD = scaled_BSD * scales[_leaves[i].Values_BSD.shape[0]].view(-1, 1, 1);
            gradientOf(_leaves[i].Pool_PD).index_add_(0, _leaves[i].Rows_BS, scaled_BSD.view(-1, scaled_BSD.shape[2]), 1);
        }
    }

    public void Dispose()
    {
        foreach (var leaf in _leaves)
        {
            leaf.Rows_BS.Dispose();
            leaf.Values_BSD.Dispose();
        }

        _leaves.Clear();
    }

    private static Dictionary<long, Tensor> SequenceScales(Tensor?[] gradients, double norm) => throw new NotSupportedException();

    private sealed record Leaf(Tensor Pool_PD, Tensor Rows_BS, Tensor Values_BSD);
}
