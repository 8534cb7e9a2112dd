using Nulls.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace Nulls.Evaluation.Attacks;

/// <summary>Makes models of coarser weights, in memory: rounded to few bits, or with the smallest set to zero.</summary>
/// <remarks>Embedding, head and all matrices of all layers are changed, sinks too; norms are not. What is unlearned stays so. The new bundle has weights of its own.</remarks>
public static class WeightCompression
{
    // As in the common 4-bit formats.
    private const int GroupLength = 32;

    /// <summary>Rounds weights to the nearest of evenly spaced values, symmetric about 0.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="bits">The bits of a weight, from 2 to 8. With 8 a row has one scale, with fewer each 32 weights of a row have, where the row's length allows it: the scale that the largest needs.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bits are outside their range.</exception>
    public static NullsBundle Quantize(NullsBundle model, int bits)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (bits is < 2 or > 8)
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "A weight is rounded to 2 to 8 bits.");
        return model.WithChangedWeights((copy, _) =>
        {
            foreach (var weight in Matrices(copy))
                Round(weight, bits);
        });
    }

    /// <summary>Sets the weights of the smallest magnitude to zero, in each matrix the same share (Han et al., arXiv:1506.02626).</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="share">The share of weights, from 0 to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside its range.</exception>
    public static NullsBundle Prune(NullsBundle model, double share)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!(share is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "The share of weights to set to zero must be from 0 to below 1.");
        return model.WithChangedWeights((copy, _) =>
        {
            foreach (var weight in Matrices(copy))
                DropSmallest(weight, (long)(share * weight.numel()));
        });
    }

    private static IEnumerable<Tensor> Matrices(NullsModel model) => model.parameters().Where(weight => weight.dim() == 2);

    private static void Round(Tensor weight_OI, int bits)
    {
        using var scope = NewDisposeScope();
        using Scalar most = (1 << (bits - 1)) - 1;
        using Scalar least = float.Epsilon * (1 << 23);
        var (rows, columns) = (weight_OI.shape[0], weight_OI.shape[1]);
        var length = bits < 8 && columns % GroupLength == 0 ? GroupLength : columns;
        var grouped_gL = weight_OI.view(rows * columns / length, length);
        // A group of zeros stays one: it is divided by the least normal number.
        var scale_g1 = grouped_gL.abs().amax([1], keepdim: true).div(most).clamp_min(least);
        weight_OI.copy_((grouped_gL / scale_g1).round().mul_(scale_g1).view(rows, columns));
    }

    private static void DropSmallest(Tensor weight, long count)
    {
        if (count == 0)
            return;
        using var scope = NewDisposeScope();
        using Scalar zero = 0;
        var (_, order) = weight.abs().view(-1).sort(stable: true);
        weight.view(-1).index_fill_(0, order.narrow(0, 0, count), zero);
    }
}
