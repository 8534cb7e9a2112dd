using Nulls.Model;
using Nulls.Text;

namespace Nulls.Evaluation.Systems;

/// <summary>Texts as sequences that a network is trained further on, drawn some at a time in an order that a seed fixes, each once a round.</summary>
internal sealed class TextSequences
{
    private readonly TokenSequence[] _sequences;
    private readonly SplitMix64 _draws = new();
    private int _next;

    /// <param name="bundle">The tokenizer and the longest sequence.</param>
    /// <param name="documents">The texts; not empty.</param>
    /// <param name="seed">The seed of the order.</param>
    /// <param name="gateOf">The sinks that run for a document; null for none.</param>
    public TextSequences(NullsBundle bundle, IEnumerable<Document> documents, int seed, Func<Document, SinkGate>? gateOf = null)
    {
        var end = bundle.Tokenizer.EndOfTextId;
        _sequences =
        [
            ..
            from document in documents
            let gate = gateOf?.Invoke(document) ?? SinkGate.Backbone
            from targets in ((int[])[.. bundle.Tokenizer.Encode(document.Text), end]).Chunk(bundle.Config.ContextLength)
            select new TokenSequence((int[])[end, .. targets[..^1]], gate, targets),
        ];
        if (_sequences.Length == 0)
            throw new ArgumentException("There is no text to train further on. Give at least one document.", nameof(documents));
        _draws.From((ulong)(uint)seed).Shuffle(_sequences.AsSpan());
    }

    /// <summary>Draws the next sequences, or all when there are fewer.</summary>
    public TokenSequence[] Next(int count)
    {
        var drawn = new TokenSequence[Math.Min(count, _sequences.Length)];
        for (var i = 0; i < drawn.Length; i++)
        {
            if (_next == _sequences.Length)
            {
                _draws.Shuffle(_sequences.AsSpan());
                _next = 0;
            }

            drawn[i] = _sequences[_next++];
        }

        return drawn;
    }
}
