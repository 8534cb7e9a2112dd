using Nulls.Kernels;
using Nulls.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Nulls.Model;

/// <summary>Takes the gradients of one backward pass to where the optimiser collects them, in 32 bits.</summary>
/// <param name="gradientOf">The buffer of a weight, of its shape.</param>
/// <param name="trainsBackbone">Whether the backbone has a gradient.</param>
/// <param name="sequenceClipNorm">The largest norm that one sequence's gradient over all its sinks keeps, or null not to clip.</param>
internal sealed class GradientAccumulator(Func<Tensor, Tensor> gradientOf, bool trainsBackbone, double? sequenceClipNorm = null)
{
    private readonly List<SinkGradient> _sinks = [];

    /// <summary>Gets where the gradient of the embedded tokens goes, [N, D] in 32 bits in the batch's order; null, the default, where it is not asked for.</summary>
    public Tensor? InputGradient_ND { get; init; }

    /// <summary>Gets whether sinks have a gradient; the default is true.</summary>
    public bool TrainsSinks { get; init; } = true;

    /// <summary>Gets whether the tables of tokens, embedding and head, have a gradient where the backbone has one; the default is true.</summary>
    public bool TrainsTables { get; init; } = true;

    /// <summary>The buffer of a table of tokens, or null when it is not trained.</summary>
    public Tensor? TableGradientOf(Parameter weight_VD) => TrainsTables ? BackboneGradientOf(weight_VD) : null;

    /// <summary>The buffer of a weight of the backbone, or null when it is not trained.</summary>
    public Tensor? BackboneGradientOf(Parameter weight) => trainsBackbone ? gradientOf(weight) : null;

    /// <summary>Adds the gradient of a matrix [O, I] that made outputs from inputs.</summary>
    public void AddProduct(Parameter weight_OI, Tensor outputGradient_NO, Tensor input_NI)
    {
        if (!trainsBackbone)
            return;
        if (input_NI.dtype == ScalarType.Float32)
        {
            gradientOf(weight_OI).addmm_(outputGradient_NO.t(), input_NI);
            return;
        }

        using var product_OI = outputGradient_NO.t().mm(input_NI);
        gradientOf(weight_OI).add_(product_OI, LastingNumbers.One);
    }

    /// <summary>Adds the gradients of the sinks that a bucket's sequences gathered, at once or, to be clipped, in <see cref="Complete"/>.</summary>
    /// <param name="pool_PD">The pool.</param>
    /// <param name="rows_BS">The pool's rows that were gathered: B x S numbers.</param>
    /// <param name="gradient_BSD">Their gradient.</param>
    /// <param name="bucket">The sequences.</param>
    public void AddSinks(Parameter pool_PD, Tensor rows_BS, Tensor gradient_BSD, SequenceBucket bucket)
    {
        if (!TrainsSinks)
            return;
        if (sequenceClipNorm is null)
            PoolKernel.Add(gradientOf(pool_PD), rows_BS, gradient_BSD.view(rows_BS.shape[0], -1));
        else
            _sinks.Add(new SinkGradient(pool_PD, rows_BS, gradient_BSD.to(ScalarType.Float32).DetachFromDisposeScope(), bucket));
    }

    /// <summary>Adds what waited for the pass to end. The batch must still be there.</summary>
    public void Complete()
    {
        using var scope = NewDisposeScope();
        foreach (var bucket in _sinks.GroupBy(sinks => sinks.Bucket))
        {
            var scale_B11 = ClipScale([.. bucket.Select(sinks => sinks.Gradient_BSD)], sequenceClipNorm!.Value); // Nothing waits without it.
            foreach (var (pool_PD, rows_BS, gradient_BSD, _) in bucket)
                gradientOf(pool_PD).index_add_(0, rows_BS, (gradient_BSD * scale_B11).view(rows_BS.shape[0], -1), LastingNumbers.One);
        }

        foreach (var sinks in _sinks)
            sinks.Gradient_BSD.Dispose();
        _sinks.Clear();
    }

    // Each sequence apart: how strongly one source learns never depends on who else is in the step.
    private static Tensor ClipScale(Tensor[] gradients_BSD, double norm)
    {
        using Scalar epsilon = 1e-6;
        var norm_B = gradients_BSD.Select(gradient_BSD => gradient_BSD.Squared().sum([1L, 2L])).Aggregate(LastingNumbers.Plus).sqrt();
        return (tensor((float)norm, device: norm_B.device) / norm_B.add(epsilon, LastingNumbers.One)).clamp_max(LastingNumbers.One).view(-1, 1, 1);
    }

    private sealed record SinkGradient(Parameter Pool_PD, Tensor Rows_BS, Tensor Gradient_BSD, SequenceBucket Bucket);
}
