namespace Nulls.Inference;

/// <summary>The tokens to continue, the gates to do it with, and who turns the new tokens into text.</summary>
/// <param name="Tokens">The tokens, at least one.</param>
/// <param name="Gates">The gates; several are weighted by the likelihood that each gave to the tokens so far.</param>
/// <param name="Completion">Told each new token and the end, and ends the text where a stop string does; null when only tokens are wanted.</param>
/// <param name="Mixing">How several gates are weighted.</param>
internal readonly record struct TextStart(int[] Tokens, IReadOnlyList<SourceGate> Gates, CompletionText? Completion = null, GateMixing Mixing = GateMixing.WholeText);

/// <summary>A text that is being continued.</summary>
internal sealed class Continuation
{
    private readonly CompletionText? _completion;
    private readonly TokenSampler _sampler;
    private readonly LikelihoodMixture _mixture;
    private readonly int _mostTokens;
    private readonly float[] _mixed;

    public Continuation(TextStart start, GenerationOptions options, int contextLength, int vocabularySize)
    {
        // The last new token is never read, so context and start share one more than the context holds.
        var mostRead = Math.Max(contextLength / 2, contextLength + 1 - options.MaxTokens);
        Start = start.Tokens.Length > mostRead ? start.Tokens[^mostRead..] : start.Tokens;
        Gates = start.Gates;
        _completion = start.Completion;
        _mixture = new LikelihoodMixture(Gates.Count, start.Mixing);
        _mixed = Gates.Count == 1 ? [] : new float[vocabularySize];
        _mostTokens = Math.Min(options.MaxTokens, contextLength + 1 - Start.Length);
        _sampler = new TokenSampler(options, start.Tokens);
    }

    /// <summary>Gets the tokens that are read first.</summary>
    public int[] Start { get; }

    public IReadOnlyList<SourceGate> Gates { get; }

    /// <summary>Gets the new tokens, without the one that ends the text.</summary>
    public List<int> Tokens { get; } = [];

    public bool IsDone { get; private set; }

    /// <summary>Gets the most tokens that are read.</summary>
    public int Capacity => Start.Length + _mostTokens - 1;

    /// <summary>Takes in what each gate gave to the next token of the start.</summary>
    public void Observe(ReadOnlySpan<double> logProbabilities) => _mixture.Observe(logProbabilities);

    /// <summary>Picks the next token.</summary>
    /// <param name="logits">The logits of each row.</param>
    /// <param name="rows">The row of each gate.</param>
    /// <param name="endOfTextId">The token that ends a text.</param>
    public void Append(RowLogits logits, ReadOnlySpan<int> rows, int endOfTextId)
    {
        var normalisers = rows.Length == 1 ? [] : new double[rows.Length];
        for (var gate = 0; gate < normalisers.Length; gate++)
            normalisers[gate] = LikelihoodMixture.LogSumOfExponentials(logits(rows[gate]));

        var token = _sampler.Pick(rows.Length == 1 ? logits(rows[0]) : Mix(logits, rows, normalisers));
        if (token == endOfTextId)
        {
            IsDone = true;
            _completion?.End();
            return;
        }

        Tokens.Add(token);
        IsDone = _completion?.Add(token) == true || Tokens.Count == _mostTokens;
        for (var gate = 0; gate < normalisers.Length; gate++)
            normalisers[gate] = logits(rows[gate])[token] - normalisers[gate];
        if (normalisers.Length > 0)
            _mixture.Observe(normalisers);
    }

    private float[] Mix(RowLogits logits, ReadOnlySpan<int> rows, double[] normalisers)
    {
        var logWeights = _mixture.LogWeights();
        var terms = new double[rows.Length];
        for (var token = 0; token < _mixed.Length; token++)
        {
            for (var gate = 0; gate < terms.Length; gate++)
                terms[gate] = logWeights[gate] + logits(rows[gate])[token] - normalisers[gate];
            _mixed[token] = (float)LikelihoodMixture.LogSumOfExponentials(terms);
        }

        return _mixed;
    }
}
