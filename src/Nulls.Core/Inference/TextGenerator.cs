using Nulls.Model;

namespace Nulls.Inference;

/// <summary>Continues texts token by token, many at once, each with its own sinks, on a cache of keys and values.</summary>
/// <remarks>It knows nothing about tokenization. Holds no state between calls, so safe for many threads.</remarks>
internal sealed class TextGenerator(NullsModel model, ComputeWeights weights, int endOfTextId)
{
    // Bounds the cache: sequences times their most tokens.
    private const int CachedTokensPerPass = 16_384;

    /// <summary>Continues each text until it ends, has the most tokens, or fills the model's context.</summary>
    /// <param name="starts">The texts, each of at least one token.</param>
    /// <param name="options">How to pick tokens, and how many.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    /// <returns>The new tokens of each text, without the one that ends it.</returns>
    public IReadOnlyList<int[]> Generate(IReadOnlyList<TextStart> starts, GenerationOptions options, CancellationToken cancellationToken)
    {
        var texts = starts.Select(start => Begin(start, options)).ToArray();
        foreach (var pass in Passes(texts.OrderByDescending(text => text.Start.Length)))
        {
            using var generation = new GenerationPass(model, weights, pass, endOfTextId);
            while (generation.Step(cancellationToken))
            {
            }
        }

        return [.. texts.Select(text => text.Tokens.ToArray())];
    }

    /// <summary>Continues one text, a token whenever the next is asked for.</summary>
    /// <param name="start">The text, of at least one token.</param>
    /// <param name="options">How to pick tokens, and how many.</param>
    /// <param name="cancellationToken">Checked before each token.</param>
    public IEnumerable<int> Stream(TextStart start, GenerationOptions options, CancellationToken cancellationToken)
    {
        var text = Begin(start, options);
        using var generation = new GenerationPass(model, weights, [text], endOfTextId);
        for (var isOpen = true; isOpen;)
        {
            var count = text.Tokens.Count;
            isOpen = generation.Step(cancellationToken);
            if (text.Tokens.Count > count)
                yield return text.Tokens[^1];
        }
    }

    private Continuation Begin(TextStart start, GenerationOptions options) => new(start, options, model.Config.ContextLength, model.Config.VocabularySize);

    private static IEnumerable<List<Continuation>> Passes(IEnumerable<Continuation> texts)
    {
        var pass = new List<Continuation>();
        var (sequences, capacity) = (0, 0);
        foreach (var text in texts)
        {
            sequences += text.Gates.Count;
            capacity = Math.Max(capacity, text.Capacity);
            if (pass.Count > 0 && (long)sequences * capacity > CachedTokensPerPass)
            {
                yield return pass;
                (pass, sequences, capacity) = ([], text.Gates.Count, text.Capacity);
            }

            pass.Add(text);
        }

        if (pass.Count > 0)
            yield return pass;
    }
}
