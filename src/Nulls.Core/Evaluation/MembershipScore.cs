using System.IO.Compression;
using System.Text;

namespace Nulls.Evaluation;

/// <summary>How much a model's view of a text speaks for the text having been trained on: the scores of known membership attacks. The higher, the likelier a member.</summary>
/// <remarks>
/// A score means something only beside those of texts that were not trained on (<see cref="MembershipInference"/>). OpenUnlearning's
/// scores are these with the other sign.
/// </remarks>
public static class MembershipScore
{
    /// <summary>The least variance that a position is given credit for; as in OpenUnlearning.</summary>
    private const double LeastVariance = 1e-6;

    /// <summary>LOSS: the mean log-probability a token (Yeom et al., CSF 2018).</summary>
    /// <param name="score">A result's <c>Score</c>, in nats.</param>
    public static double Loss(double score) => score;

    /// <summary>zlib: the mean log-probability a token by the text's compressed bytes, so that dull texts do not pass for known ones (Carlini et al., arXiv:2012.07805).</summary>
    /// <param name="score">A result's <c>Score</c>, in nats.</param>
    /// <param name="text">The text.</param>
    /// <remarks>The platform's zlib at its usual level; others' may differ by some bytes.</remarks>
    public static double Zlib(double score, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return score / CompressedLength(text);
    }

    /// <summary>Reference: the mean log-probability a token, less that of a model that did not see the text (arXiv:2012.07805; arXiv:2112.03570).</summary>
    /// <param name="score">A result's <c>Score</c>, in nats.</param>
    /// <param name="referenceScore">That of the other model, with the same tokenizer.</param>
    public static double Reference(double score, double referenceScore) => score - referenceScore;

    /// <summary>Min-K %: the mean log-probability of the least likely tokens (arXiv:2310.16789).</summary>
    /// <param name="tokenLogProbabilities">A result's <c>TokenLogProbabilities</c>.</param>
    /// <param name="share">The share of tokens to look at, above 0 and at most 1, at least one token; the default is 0.2. OpenUnlearning takes 0.4.</param>
    /// <returns>NaN for a text without tokens.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside its range.</exception>
    public static double MinK(IReadOnlyList<float> tokenLogProbabilities, double share = 0.2)
    {
        ArgumentNullException.ThrowIfNull(tokenLogProbabilities);
        return MeanOfLeast([.. tokenLogProbabilities.Select(value => (double)value)], share);
    }

    /// <summary>Min-K %++: the mean over the least of the tokens' log-probabilities, each less its mean over the vocabulary and by its deviation there (arXiv:2404.02936).</summary>
    /// <param name="tokenLogProbabilities">A result's <c>TokenLogProbabilities</c>.</param>
    /// <param name="means">Its <c>LogProbabilityMeans</c>.</param>
    /// <param name="variances">Its <c>LogProbabilityVariances</c>.</param>
    /// <param name="share">The share of tokens to look at, above 0 and at most 1, at least one token; the default is 0.2.</param>
    /// <returns>NaN for a text without tokens.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside its range.</exception>
    public static double MinKPlusPlus(IReadOnlyList<float> tokenLogProbabilities, IReadOnlyList<float> means, IReadOnlyList<float> variances, double share = 0.2)
    {
        ArgumentNullException.ThrowIfNull(tokenLogProbabilities);
        ArgumentNullException.ThrowIfNull(means);
        ArgumentNullException.ThrowIfNull(variances);
        if (means.Count != tokenLogProbabilities.Count || variances.Count != tokenLogProbabilities.Count)
        {
            throw new ArgumentException(
                $"Every token needs a mean and a variance: there are {tokenLogProbabilities.Count} tokens, {means.Count} means and {variances.Count} variances. Ask for ScoringOutputs.LogProbabilities | ScoringOutputs.LogProbabilityMoments.");
        }

        return MeanOfLeast([.. tokenLogProbabilities.Select((value, i) => (value - (double)means[i]) / Math.Sqrt(Math.Max(variances[i], LeastVariance)))], share);
    }

    internal static long CompressedLength(string text)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(Encoding.UTF8.GetBytes(text));

        // Nothing at all is written for nothing; the format's own empty stream has 8 bytes.
        return Math.Max(8, compressed.Length);
    }

    private static double MeanOfLeast(double[] values, double share)
    {
        if (!(share is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "The share of tokens must be above 0 and at most 1.");
        if (values.Length == 0)
            return double.NaN;
        Array.Sort(values);
        return values.Take(Math.Max(1, (int)(values.Length * share))).Average();
    }
}
