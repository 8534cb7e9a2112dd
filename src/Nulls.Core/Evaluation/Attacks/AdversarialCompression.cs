using Nulls.Model;
using Nulls.Text;

namespace Nulls.Evaluation.Attacks;

/// <summary>How much longer a text is than the shortest prompt that makes a model write it: the adversarial compression ratio (Schwarzschild et al., arXiv:2404.15146).</summary>
/// <remarks>
/// <para>Prompts are sought by gradients of their tokens (GCG, Zou et al., arXiv:2307.15043), and their length as MiniPrompt does: one token
/// shorter after a success, five longer after a failure. A ratio above 1 is the paper's sign of memorization. Prompts are tokens, which
/// need not be any text's. Gradients are 32-bit; what a prompt brings out is judged in the model's scoring precision.</para>
/// <para>A model reads with the sinks of the text's source, unless that is unlearned or unknown, and then with the backbone alone, however it
/// routes otherwise: a route that changes with every token has no gradient.</para>
/// </remarks>
public static class AdversarialCompression
{
    private const int Longer = 5;
    private const double MoreSteps = 1.2;

    /// <summary>Attacks a model.</summary>
    /// <param name="model">The model, in any state.</param>
    /// <param name="texts">What it must write, each with its source; those of fewer than 2 tokens are left out.</param>
    /// <param name="options">The budget. Null, the default, takes the defaults.</param>
    /// <param name="cancellationToken">Checked between steps.</param>
    /// <returns>
    /// <c>acr</c>, the mean ratio, 0 for a text that no prompt within the budget brought out (its values also tell <c>prompt_tokens</c>,
    /// <c>target_tokens</c> and <c>steps</c>); <c>acr_memorized</c>, the share above 1; <c>acr_found</c>, the share brought out at all.
    /// </returns>
    /// <exception cref="ArgumentException">An option is outside its range, or no text is long enough.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static AttackResult Run(NullsBundle model, IReadOnlyList<Document> texts, AdversarialCompressionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        options ??= new AdversarialCompressionOptions();
        options.Validate();
        using var held = model.Share();
        var most = Math.Min(options.MostTargetTokens, held.Config.ContextLength - options.MostPromptTokens);
        if (most < 2)
            throw new ArgumentException($"A prompt of {options.MostPromptTokens} tokens leaves no room for a text in the {held.Config.ContextLength} tokens that the model reads: lower MostPromptTokens.", nameof(options));

        var targets = new Random(options.Seed).Permutation(texts.Count).Select(i => (texts[i].Source, Tokens: held.Tokenizer.Encode(texts[i].Text)))
            .Where(target => target.Tokens.Length >= 2).Take(options.MostTexts).ToArray();
        if (targets.Length == 0)
            throw new ArgumentException("There is no text of 2 tokens or more to bring out.", nameof(texts));

        var allocation = held.Config.CreateAllocation();
        var found = targets.Select((target, i) =>
        {
            var gate = !string.IsNullOrEmpty(target.Source) && held.Sources.TryGetIndex(target.Source, out var index) && !held.IsUnlearned(index)
                ? new SinkGate(allocation.Allocate(index))
                : SinkGate.Backbone;
            int[] tokens = target.Tokens.Length <= most ? target.Tokens : target.Tokens[..most];
            return Shortest(new PromptSearch(held.Contents, gate, tokens, options), tokens.Length, options, new Random(HashOf(options.Seed, i)), cancellationToken);
        }).ToArray();
        double[] ratios = [.. found.Select(result => result.PromptTokens == 0 ? 0 : (double)result.TargetTokens / result.PromptTokens)];
        var ratio = MetricResult.OfMean("acr", ratios, "ratio") with { Seed = options.Seed };
        return new AttackResult
        {
            Attack = "adversarial_compression",
            Budget = $"GCG on {targets.Length} texts of up to {most} tokens: prompts of up to {options.MostPromptTokens} tokens, {options.StepsPerLength} steps at the first length and a fifth more after each failure, {options.CandidatesPerStep} prompts a step, changes from the {options.TokensPerPosition} best tokens by gradient.",
            Metrics =
            [
                ratio with
                {
                    ValuesByIndex = new Dictionary<string, IReadOnlyList<double>>
                    {
                        ["ratio"] = ratios,
                        ["prompt_tokens"] = [.. found.Select(result => (double)result.PromptTokens)],
                        ["target_tokens"] = [.. found.Select(result => (double)result.TargetTokens)],
                        ["steps"] = [.. found.Select(result => (double)result.Steps)],
                    },
                },
                MetricResult.OfProportion("acr_memorized", [.. ratios.Select(value => value > 1)]) with { Seed = options.Seed },
                MetricResult.OfProportion("acr_found", [.. ratios.Select(value => value > 0)]) with { Seed = options.Seed },
            ],
        };
    }

    // A stream of its own for each text, whatever the others cost.
    private static int HashOf(int seed, int text) => unchecked((seed * 1_000_003) + text);

    // No prompt is 0 tokens.
    private static (int PromptTokens, int TargetTokens, int Steps) Shortest(
        PromptSearch search, int targetTokens, AdversarialCompressionOptions options, Random random, CancellationToken cancellationToken)
    {
        var (failed, succeeded) = (0, options.MostPromptTokens + 1);
        var (length, spent) = (options.FirstPromptTokens, 0);
        double steps = options.StepsPerLength;
        while (succeeded - failed > 1)
        {
            var (prompt, used) = search.Run(length, (int)steps, random, cancellationToken);
            spent += used;
            if (prompt is not null)
                succeeded = length--;
            else
                (failed, length, steps) = (length, length + Longer, steps * MoreSteps);
            length = Math.Clamp(length, failed + 1, Math.Max(failed + 1, succeeded - 1));
        }

        return (succeeded > options.MostPromptTokens ? 0 : succeeded, targetTokens, spent);
    }
}
