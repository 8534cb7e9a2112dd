using Nulls.Model;
using Nulls.Torch;
using static TorchSharp.torch;

namespace Nulls.Inference;

/// <summary>The mean and the variance that the log-probability has at each of some positions, over the vocabulary weighted by its probabilities.</summary>
/// <param name="count">The number of positions.</param>
internal sealed class LogProbabilityMoments(int count)
{
    // As in TokenLikelihood, but with three tensors of this size.
    private const int LogitsAtATime = 1 << 21;

    public float[] Means { get; } = new float[count];

    public float[] Variances { get; } = new float[count];

    /// <summary>Takes those of a position from others.</summary>
    public void Take(int position, LogProbabilityMoments others, int otherPosition)
    {
        Means[position] = others.Means[otherPosition];
        Variances[position] = others.Variances[otherPosition];
    }

    /// <summary>Computes the moments at neighbouring positions of J sequences that are averaged.</summary>
    /// <param name="model">The model, for its head.</param>
    /// <param name="weights">The matrices to multiply with.</param>
    /// <param name="hidden_ND">The hidden states.</param>
    /// <param name="starts">The row of the first position in each sequence.</param>
    /// <param name="count">The number of positions.</param>
    /// <param name="logWeights">For each position the logarithms of the J weights; null for one sequence.</param>
    /// <param name="logitsAtATime">The most logits in memory, but at least those of one position.</param>
    public static LogProbabilityMoments Of(
        NullsModel model, ComputeWeights weights, Tensor hidden_ND, int[] starts, int count, double[][]? logWeights, int logitsAtATime = LogitsAtATime)
    {
        var moments = new LogProbabilityMoments(count);
        var positionsAtATime = Math.Max(1, logitsAtATime / model.Config.VocabularySize / starts.Length);
        for (var first = 0; first < count; first += positionsAtATime)
        {
            using var scope = NewDisposeScope();
            var length = Math.Min(positionsAtATime, count - first);
            var logProbabilities_nV = logWeights is null
                ? model.Logits(hidden_ND.narrow(0, starts[0] + first, length), weights).log_softmax(-1)
                : stack(starts.Select((start, j) =>
                {
                    var logWeights_n = tensor(Enumerable.Range(first, length).Select(position => (float)logWeights[position][j]).ToArray(), device: hidden_ND.device);
                    return model.Logits(hidden_ND.narrow(0, start + first, length), weights).log_softmax(-1).Plus(logWeights_n.view(-1, 1));
                })).logsumexp(0);
            var probabilities_nV = logProbabilities_nV.exp();
            var mean_n1 = (probabilities_nV * logProbabilities_nV).sum(-1, keepdim: true);
            // From the mean, not by the difference of squares, which loses what is small.
            var variance_n = (probabilities_nV * logProbabilities_nV.Plus(mean_n1.neg()).Squared()).sum(-1);
            mean_n1.cpu().data<float>().CopyTo(moments.Means, first);
            variance_n.cpu().data<float>().CopyTo(moments.Variances, first);
        }

        return moments;
    }
}
