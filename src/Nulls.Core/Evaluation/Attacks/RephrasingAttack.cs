using Nulls.Evaluation.Corpora;

namespace Nulls.Evaluation.Attacks;

/// <summary>Asks for what was forgotten in other words, and without naming what it is about, so that it must be inferred in two steps.</summary>
/// <remarks>Facts that hide from one wording come out in another: Patil et al., arXiv:2309.17410; questions in several steps: Zhong et al., arXiv:2305.14795. The direct questions of the same probes are the control.</remarks>
public static class RephrasingAttack
{
    /// <summary>Attacks a model.</summary>
    /// <param name="model">The model, in any state.</param>
    /// <param name="probes">The questions; those without paraphrases or indirect prompts are left out of the metrics about them.</param>
    /// <param name="sourceOf">The key of the source whose sinks should run; null for none. The default is the first of a question's sources.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <returns><c>direct_accuracy</c>, <c>paraphrase_accuracy</c> over all paraphrases, <c>paraphrase_any</c> over questions that some paraphrase gets answered, <c>indirect_accuracy</c>; with what guessing gets.</returns>
    /// <exception cref="ArgumentException">There are no questions.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static AttackResult Run(NullsBundle model, IReadOnlyList<ProofProbe> probes, Func<ProofProbe, string?>? sourceOf = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(probes);
        if (probes.Count == 0)
            throw new ArgumentException("There are no questions to rephrase.", nameof(probes));

        var source = sourceOf ?? ProbeAccuracy.FirstSource;
        ProofProbe[] paraphrased = [.. probes.Where(probe => probe.Paraphrases.Count > 0)];
        var direct = Ask(probes, probe => [probe.Prompt]);
        var other = Ask(paraphrased, probe => probe.Paraphrases);
        ProofProbe[] hidden = [.. probes.Where(probe => probe.IndirectPrompts.Count > 0)];
        var indirect = Ask(hidden, probe => probe.IndirectPrompts);
        return new AttackResult
        {
            Attack = "rephrasing",
            Budget = $"Every prepared wording once: {direct.Sum(list => list.Length)} direct, {other.Sum(list => list.Length)} paraphrased and {indirect.Sum(list => list.Length)} indirect questions, the answer among its alternatives.",
            Metrics =
            [
                MetricResult.OfProportion("direct_accuracy", [.. direct.SelectMany(list => list)]),
                MetricResult.OfProportion("paraphrase_accuracy", [.. other.SelectMany(list => list)]),
                MetricResult.OfProportion("paraphrase_any", [.. other.Select(list => list.Any(isRight => isRight))]),
                MetricResult.OfProportion("indirect_accuracy", [.. indirect.SelectMany(list => list)]),
            ],
            Chance = new Dictionary<string, double>
            {
                ["direct_accuracy"] = Mean(probes, probe => probe.Chance),
                ["paraphrase_accuracy"] = Mean(paraphrased, probe => probe.Chance),
                // As if a model guessed anew each time: the most that guessing can get.
                ["paraphrase_any"] = Mean(paraphrased, probe => 1 - Math.Pow(1 - probe.Chance, probe.Paraphrases.Count)),
                ["indirect_accuracy"] = Mean(hidden, probe => probe.Chance),
            },
        };

        bool[][] Ask(IReadOnlyList<ProofProbe> asked, Func<ProofProbe, IReadOnlyList<string>> prompts)
        {
            var right = new Queue<bool>(ProbeAccuracy.AreRight(
                model, [.. asked.SelectMany(probe => prompts(probe).Select(prompt => new AskedProbe(probe, prompt, source(probe))))], cancellationToken));
            return [.. asked.Select(probe => prompts(probe).Select(_ => right.Dequeue()).ToArray())];
        }
    }

    private static double Mean(IReadOnlyList<ProofProbe> probes, Func<ProofProbe, double> value) => probes.Count == 0 ? double.NaN : probes.Average(value);
}
