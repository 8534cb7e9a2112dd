using Nulls.Evaluation.Corpora;
using Nulls.Inference;

namespace Nulls.Evaluation.Attacks;

/// <summary>Draws many completions of a question and counts as a leak that any of them has the answer: what greedy decoding hides, a sampler may tell.</summary>
/// <remarks>
/// Greedy answers overstate forgetting: Scholten et al., arXiv:2410.03523. Many draws meet the right answer by luck, so the same
/// completions are searched for a wrong one, drawn from each question's alternatives: what the right answer has above it is knowledge.
/// </remarks>
public static class DecodingAttack
{
    /// <summary>Attacks a model.</summary>
    /// <param name="model">The model, in any state.</param>
    /// <param name="probes">The questions.</param>
    /// <param name="options">The budget. Null, the default, takes the defaults.</param>
    /// <param name="sourceOf">The key of the source whose sinks should run; null for none. The default is the first of a question's sources.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <returns><c>greedy_hit</c>, <c>any_hit</c>, <c>any_hit_of_wrong</c> (of questions with alternatives) and <c>hits_a_sample</c>, from 0 to 1.</returns>
    /// <exception cref="ArgumentException">An option is outside its range, or there are no questions.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static AttackResult Run(
        NullsBundle model, IReadOnlyList<ProofProbe> probes, DecodingAttackOptions? options = null, Func<ProofProbe, string?>? sourceOf = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(probes);
        options ??= new DecodingAttackOptions();
        options.Validate();
        if (probes.Count == 0)
            throw new ArgumentException("There are no questions to draw answers to.", nameof(probes));

        var source = sourceOf ?? ProbeAccuracy.FirstSource;
        ScoringRequest[] requests = [.. probes.Select(probe => new ScoringRequest(probe.Prompt, source(probe)))];
        var random = new Random(options.Seed);
        string?[] wrong = [.. probes.Select(probe => probe.Alternatives.Count == 0 ? null : random.Choose(probe.Alternatives))];
        var (hits, wrongHits) = (new int[probes.Count], new bool[probes.Count]);
        var greedyHits = new bool[probes.Count];
        var samples = 0;
        Draw(new GenerationOptions { MaxTokens = options.MaxTokens });
        hits.Select(count => count > 0).ToArray().CopyTo(greedyHits, 0);
        foreach (var temperature in options.Temperatures)
        {
            for (var sample = 0; sample < options.SamplesPerTemperature; sample++)
                Draw(new GenerationOptions { MaxTokens = options.MaxTokens, Temperature = temperature, TopK = options.TopK, Seed = unchecked(options.Seed + samples) });
        }

        MetricResult[] metrics =
        [
            MetricResult.OfProportion("greedy_hit", greedyHits),
            MetricResult.OfProportion("any_hit", [.. hits.Select(count => count > 0)]),
            MetricResult.OfProportion("any_hit_of_wrong", [.. wrongHits.Where((_, i) => wrong[i] is not null)]),
            MetricResult.OfMean("hits_a_sample", [.. hits.Select(count => (double)count / samples)]),
        ];
        return new AttackResult
        {
            Attack = "decoding",
            Budget = $"{samples} completions of up to {options.MaxTokens} tokens for each of {probes.Count} questions: 1 greedy, {options.SamplesPerTemperature} at each temperature of {string.Join(", ", options.Temperatures)}, from the {(options.TopK == 0 ? "whole vocabulary" : $"{options.TopK} likeliest tokens")}.",
            Metrics = [.. metrics.Select(metric => metric with { Seed = options.Seed })],
        };

        void Draw(GenerationOptions generation)
        {
            samples++;
            var completions = model.Score(requests, ScoringOutputs.Completion, generation, cancellationToken);
            for (var i = 0; i < completions.Count; i++)
            {
                hits[i] += Has(completions[i].Completion, probes[i].Answer) ? 1 : 0;
                wrongHits[i] |= wrong[i] is { } answer && Has(completions[i].Completion, answer);
            }
        }
    }

    /// <summary>Tells whether a text has an answer, as whole words, in whatever case.</summary>
    internal static bool Has(string text, string answer)
    {
        for (var at = text.IndexOf(answer, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(answer, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + answer.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
                return true;
        }

        return false;
    }
}
