using Nulls.Model;
using static TorchSharp.torch;

namespace Nulls.Inference;

/// <summary>The tokens to continue and the gates to do it with; several gates are weighted by the likelihood that each gave to the tokens so far.</summary>
internal readonly record struct TextStart(int[] Tokens, IReadOnlyList<SourceGate> Gates);

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
        var texts = starts.Select(start => new Continuation(start, options, model.Config.ContextLength)).ToArray();
        foreach (var pass in Passes(texts.OrderByDescending(text => text.Start.Length)))
            Continue(pass, cancellationToken);
        return [.. texts.Select(text => text.Tokens.ToArray())];
    }

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

    private void Continue(List<Continuation> texts, CancellationToken cancellationToken)
    {
        using var noGrad = no_grad();
        var rows = texts.SelectMany(text => Enumerable.Range(0, text.Gates.Count).Select(gate => (Text: text, Gate: gate))).ToArray();
        using var cache = new KeyValueCache(model.Config, rows.Length, texts.Max(text => text.Capacity), weights.Type, model.Device);
        cancellationToken.ThrowIfCancellationRequested();
        rows = ReadStarts(rows, cache, out var logits);
        while (true)
        {
            foreach (var group in rows.Select((row, b) => (row.Text, row.Gate, Row: b)).GroupBy(row => row.Text))
                group.Key.Append([.. group.OrderBy(row => row.Gate).Select(row => logits[row.Row])], endOfTextId);

            var open = Enumerable.Range(0, rows.Length).Where(b => !rows[b].Text.IsDone).ToArray();
            if (open.Length == 0)
                return;

            if (open.Length < rows.Length)
            {
                cache.Keep(open);
                rows = [.. open.Select(b => rows[b])];
            }

            cancellationToken.ThrowIfCancellationRequested();
            logits = ReadNewest(rows, cache);
        }
    }

    // Returns the rows in the order in which the cache holds them, and the logits after each start.
    private (Continuation Text, int Gate)[] ReadStarts((Continuation Text, int Gate)[] rows, KeyValueCache cache, out float[][] logits)
    {
        using var scope = NewDisposeScope();
        using var batch = new TokenBatch([.. rows.Select(row => new TokenSequence(row.Text.Start, row.Text.Gates[row.Gate].Gate))], model.Device);
        var hidden_ND = model.Hidden(batch, weights, cache: cache);
        cache.Advance([.. batch.Order.Select(index => rows[index].Text.Start.Length)]);
        Weigh(rows, batch, hidden_ND);
        var last_B = tensor(batch.Order.Select(index => batch.Starts[index] + rows[index].Text.Start.Length - 1L).ToArray(), device: model.Device);
        logits = Rows(model.Logits(hidden_ND.index_select(0, last_B), weights));
        return [.. batch.Order.Select(index => rows[index])];
    }

    private void Weigh((Continuation Text, int Gate)[] rows, TokenBatch batch, Tensor hidden_ND)
    {
        var queries = new List<(int Row, int Token)>();
        var queried = new List<(Continuation Text, int Gate)>();
        for (var i = 0; i < rows.Length; i++)
        {
            var start = rows[i].Text.Start;
            for (var t = 0; rows[i].Text.Gates.Count > 1 && t < start.Length - 1; t++)
            {
                queries.Add((batch.Starts[i] + t, start[t + 1]));
                queried.Add(rows[i]);
            }
        }

        var (logProbabilities, _) = TokenLikelihood.Of(model, weights, hidden_ND, queries);
        for (var q = 0; q < queried.Count; q++)
            queried[q].Text.Mixture.Observe(queried[q].Gate, logProbabilities[q]);
    }

    private float[][] ReadNewest((Continuation Text, int Gate)[] rows, KeyValueCache cache)
    {
        using var scope = NewDisposeScope();
        using var batch = new TokenBatch([.. rows.Select(row => new TokenSequence(new[] { row.Text.Tokens[^1] }, row.Text.Gates[row.Gate].Gate))], model.Device, cache.Lengths);
        var hidden_BD = model.Hidden(batch, weights, cache: cache);
        cache.Advance([.. Enumerable.Repeat(1, rows.Length)]);
        return Rows(model.Logits(hidden_BD, weights));
    }

    private static float[][] Rows(Tensor logits_BV)
    {
        var values = logits_BV.cpu().data<float>().ToArray();
        return [.. values.Chunk((int)logits_BV.shape[1])];
    }

    private sealed class Continuation
    {
        private readonly TokenSampler _sampler;
        private readonly int _mostTokens;

        public Continuation(TextStart start, GenerationOptions options, int contextLength)
        {
            // The last new token is never read, so context and start share one more than the context holds.
            var mostRead = Math.Max(contextLength / 2, contextLength + 1 - options.MaxTokens);
            Start = start.Tokens.Length > mostRead ? start.Tokens[^mostRead..] : start.Tokens;
            Gates = start.Gates;
            Mixture = new LikelihoodMixture(Gates.Count);
            _mostTokens = Math.Min(options.MaxTokens, contextLength + 1 - Start.Length);
            _sampler = new TokenSampler(options, start.Tokens);
        }

        public int[] Start { get; }

        public IReadOnlyList<SourceGate> Gates { get; }

        public LikelihoodMixture Mixture { get; }

        public List<int> Tokens { get; } = [];

        public bool IsDone { get; private set; }

        /// <summary>Gets the most tokens that are read.</summary>
        public int Capacity => Start.Length + _mostTokens - 1;

        /// <summary>Picks the next token from every gate's logits.</summary>
        public void Append(float[][] logits, int endOfTextId)
        {
            var normalisers = Gates.Count == 1 ? [] : Array.ConvertAll(logits, LogSumOfExponentials);
            var token = _sampler.Pick(Gates.Count == 1 ? logits[0] : Mix(logits, normalisers));
            if (token == endOfTextId)
            {
                IsDone = true;
                return;
            }

            Tokens.Add(token);
            IsDone = Tokens.Count == _mostTokens;
            for (var gate = 0; gate < normalisers.Length; gate++)
                Mixture.Observe(gate, logits[gate][token] - normalisers[gate]);
        }

        private float[] Mix(float[][] logits, double[] normalisers)
        {
            var logWeights = Mixture.LogWeights();
            var terms = new double[logits.Length];
            var mixed = new float[logits[0].Length];
            for (var token = 0; token < mixed.Length; token++)
            {
                for (var gate = 0; gate < terms.Length; gate++)
                    terms[gate] = logWeights[gate] + logits[gate][token] - normalisers[gate];
                mixed[token] = (float)LikelihoodMixture.LogSumOfExponentials(terms);
            }

            return mixed;
        }

        private static double LogSumOfExponentials(float[] logits) => LikelihoodMixture.LogSumOfExponentials(Array.ConvertAll(logits, logit => (double)logit));
    }
}
