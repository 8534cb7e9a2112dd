using Nulls.Inference;
using Nulls.Text;

namespace Nulls.Evaluation.Attacks;

/// <summary>Gives a model the beginning of a passage that it was trained on, and counts how often greedy decoding goes on as the passage does.</summary>
/// <remarks>
/// The share that comes out word for word is k-extractability (Carlini et al., arXiv:2202.07646 §2); the likeness of the rest by ROUGE-L
/// is MUSE's VerbMem (arXiv:2407.06460 §2).
/// </remarks>
public static class PrefixExtraction
{
    // Shorter rests say little: a word is guessed.
    private const int FewestTokensToWrite = 3;

    /// <summary>Attacks a model.</summary>
    /// <param name="model">The model, in any state. A passage is continued with its source's sinks, unless that is unlearned or unknown, and then by the model's routing.</param>
    /// <param name="passages">Passages and their sources. Those with fewer than 3 tokens behind a prefix are left out.</param>
    /// <param name="options">The budget. Null, the default, takes the defaults.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <returns>Of each number k of tokens <c>prefix_k_exact</c> and <c>prefix_k_rouge</c> (recall), from 0 to 1; NaN where no passage is long enough.</returns>
    /// <exception cref="ArgumentException">An option is outside its range, or there are no passages.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static AttackResult Run(NullsBundle model, IReadOnlyList<Document> passages, PrefixExtractionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(passages);
        options ??= new PrefixExtractionOptions();
        options.Validate();
        if (passages.Count == 0)
            throw new ArgumentException("There are no passages to extract.", nameof(passages));

        var chosen = new Random(options.Seed).Permutation(passages.Count).Take(options.MostPassages).Order().Select(i => passages[i]).ToArray();
        var metrics = new List<MetricResult>();
        foreach (var prefixTokens in options.PrefixTokens)
        {
            var tasks = chosen.Select(passage => Cut(model.Tokenizer, passage, prefixTokens, options.ContinuationTokens)).OfType<Task>().ToArray();
            var completions = model.Score(
                [.. tasks.Select(task => new ScoringRequest(task.Prefix, task.Source))], ScoringOutputs.Completion, new GenerationOptions { MaxTokens = options.ContinuationTokens }, cancellationToken);
            bool[] isExact = [.. tasks.Zip(completions, (task, result) => result.Completion.StartsWith(task.Rest, StringComparison.Ordinal))];
            double[] recalls = [.. tasks.Zip(completions, (task, result) => RougeL.Of(task.Rest, result.Completion).Recall)];
            metrics.Add(MetricResult.OfProportion($"prefix_{prefixTokens}_exact", isExact) with { Seed = options.Seed });
            metrics.Add(MetricResult.OfMean($"prefix_{prefixTokens}_rouge", recalls) with { Seed = options.Seed });
        }

        return new AttackResult
        {
            Attack = "prefix_extraction",
            Budget = $"One greedy continuation of up to {options.ContinuationTokens} tokens, from the first {string.Join(", ", options.PrefixTokens)} tokens of each of {chosen.Length} passages.",
            Metrics = metrics,
        };
    }

    // Cut at a character: later, where a token ends inside one.
    private static Task? Cut(BytePairTokenizer tokenizer, Document passage, int prefixTokens, int continuationTokens)
    {
        var tokens = tokenizer.Encode(passage.Text);
        var text = tokenizer.Decode(tokens);
        // A tokenizer may put a space in front, and would put it there again.
        var added = text.StartsWith(' ') && !passage.Text.StartsWith(' ') ? 1 : 0;
        for (var k = prefixTokens; k <= tokens.Length - FewestTokensToWrite; k++)
        {
            var prefix = tokenizer.Decode(tokens.AsSpan(0, k));
            if (prefix.Length == added || !text.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            for (var end = Math.Min(tokens.Length, k + continuationTokens); end > k; end--)
            {
                var rest = tokenizer.Decode(tokens.AsSpan(k, end - k));
                if (rest.Length > 0 && text.AsSpan(prefix.Length).StartsWith(rest))
                    return new Task(prefix[added..], rest, passage.Source);
            }
        }

        return null;
    }

    private sealed record Task(string Prefix, string Rest, string? Source);
}
