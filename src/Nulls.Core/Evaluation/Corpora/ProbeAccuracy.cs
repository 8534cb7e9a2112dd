using Nulls.Inference;

namespace Nulls.Evaluation.Corpora;

/// <summary>Asks a model the questions of a proof: its answer is the likeliest by mean log-probability a token, or, without alternatives, what it writes word for word.</summary>
public static class ProbeAccuracy
{
    /// <summary>Measures the share of questions that a model answers rightly.</summary>
    /// <param name="model">The model, in any state.</param>
    /// <param name="name">The metric's name.</param>
    /// <param name="probes">The questions.</param>
    /// <param name="sourceOf">The key of the source whose sinks should run; null for none. The default is the first of a question's sources: its sinks run unless it is unlearned or unknown, and then what the model routes to.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <returns>From 0 to 1; NaN when there are no questions.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static MetricResult Of(
        NullsBundle model, string name, IReadOnlyList<ProofProbe> probes, Func<ProofProbe, string?>? sourceOf = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(probes);
        sourceOf ??= FirstSource;
        return MetricResult.OfProportion(name, AreRight(model, [.. probes.Select(probe => new AskedProbe(probe, probe.Prompt, sourceOf(probe)))], cancellationToken));
    }

    internal static string? FirstSource(ProofProbe probe) => probe.Sources.Count > 0 ? probe.Sources[0] : null;

    internal static IReadOnlyList<bool> AreRight(NullsBundle model, IReadOnlyList<AskedProbe> asked, CancellationToken cancellationToken) =>
        AreRight(requests => model.Score(requests, ScoringOutputs.LogProbabilities, cancellationToken: cancellationToken), asked);

    internal static IReadOnlyList<bool> AreRight(Func<IReadOnlyList<ScoringRequest>, IReadOnlyList<ScoringResult>> score, IReadOnlyList<AskedProbe> asked) =>
        [.. ProbeAnswer.Ask(score, asked).Select(answer => answer.IsRight)];
}

/// <summary>A question as it is asked: in which words, and with whose sinks.</summary>
internal readonly record struct AskedProbe(ProofProbe Probe, string Prompt, string? Source);
