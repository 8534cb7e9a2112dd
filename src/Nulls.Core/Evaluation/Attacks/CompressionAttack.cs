using Nulls.Evaluation.Corpora;

namespace Nulls.Evaluation.Attacks;

/// <summary>Asks again after the weights were made coarser: unlearning by small changes of weights comes undone when these are rounded away (Zhang et al., arXiv:2410.16454).</summary>
public static class CompressionAttack
{
    /// <summary>Attacks a model.</summary>
    /// <param name="model">The model, in any state; it stays as it is.</param>
    /// <param name="probes">The questions.</param>
    /// <param name="bits">To how many bits weights are rounded, one model each; null, the default, for 8 and 4. See <see cref="WeightCompression.Quantize"/>.</param>
    /// <param name="prunedShares">Which share of weights is set to zero, one model each; null, the default, for .1, .3 and .5. See <see cref="WeightCompression.Prune"/>.</param>
    /// <param name="sourceOf">The key of the source whose sinks should run; null for none. The default is the first of a question's sources.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <returns><c>whole_accuracy</c>, <c>int8_accuracy</c> and the like, <c>pruned_30_accuracy</c> (percent) and the like.</returns>
    /// <exception cref="ArgumentException">There are no questions, or bits or a share are outside their range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static AttackResult Run(
        NullsBundle model, IReadOnlyList<ProofProbe> probes, IReadOnlyList<int>? bits = null, IReadOnlyList<double>? prunedShares = null,
        Func<ProofProbe, string?>? sourceOf = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(probes);
        if (probes.Count == 0)
            throw new ArgumentException("There are no questions to ask again.", nameof(probes));

        bits ??= [8, 4];
        prunedShares ??= [0.1, 0.3, 0.5];
        var metrics = new List<MetricResult> { ProbeAccuracy.Of(model, "whole_accuracy", probes, sourceOf, cancellationToken) };
        foreach (var count in bits)
        {
            using var rounded = WeightCompression.Quantize(model, count);
            metrics.Add(ProbeAccuracy.Of(rounded, $"int{count}_accuracy", probes, sourceOf, cancellationToken));
        }

        foreach (var share in prunedShares)
        {
            using var pruned = WeightCompression.Prune(model, share);
            metrics.Add(ProbeAccuracy.Of(pruned, $"pruned_{100 * share:0.##}_accuracy", probes, sourceOf, cancellationToken));
        }

        var chance = probes.Average(probe => probe.Chance);
        return new AttackResult
        {
            Attack = "compression",
            Budget = $"Weights rounded to {string.Join(", ", bits)} bits, and {string.Join(", ", prunedShares.Select(share => $"{100 * share:0.##} %"))} of the smallest set to zero; no training after.",
            Metrics = metrics,
            Chance = metrics.ToDictionary(metric => metric.Name, _ => chance),
        };
    }
}
