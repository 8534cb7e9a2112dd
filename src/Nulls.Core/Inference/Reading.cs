namespace Nulls.Inference;

/// <summary>Tokens for the model to read once with each of some gates, on behalf of every text that differs in no more than its last token.</summary>
/// <remarks>
/// Position p of <see cref="Inputs"/> predicts the token at p + 1, which has slot p. The last position predicts any number of last
/// tokens, with the slots behind: the answers to a question that have one token each are one reading.
/// </remarks>
internal sealed class Reading
{
    private readonly List<int> _lastTokens = [];
    private readonly LikelihoodMixture _mixture;
    private readonly double[] _weightSums;

    /// <param name="gates">The gates to read with.</param>
    /// <param name="inputs">The tokens, from the start of text on.</param>
    /// <param name="textStart">The position that predicts the first token of the text, which follows the prompt.</param>
    /// <param name="mixing">How several gates are weighted.</param>
    public Reading(IReadOnlyList<SourceGate> gates, int[] inputs, int textStart, GateMixing mixing = GateMixing.WholeText)
    {
        Gates = gates;
        Inputs = inputs;
        TextStart = textStart;
        Mixing = mixing;
        _mixture = new LikelihoodMixture(gates.Count, mixing);
        _weightSums = new double[gates.Count];
    }

    public IReadOnlyList<SourceGate> Gates { get; }

    public int[] Inputs { get; }

    public int TextStart { get; }

    public GateMixing Mixing { get; }

    /// <summary>Gets the log-probability of each slot's token by gate, once read.</summary>
    public float[][] GateLogProbabilities { get; private set; } = [];

    /// <summary>Gets the log-probability of each slot's token under all gates together, once read.</summary>
    public float[] LogProbabilities { get; private set; } = [];

    /// <summary>Gets whether no token was likelier than each slot's, once read.</summary>
    public bool[] IsTop { get; private set; } = [];

    /// <summary>Gets the moments of the log-probability at each slot, once read, if they are asked for.</summary>
    public LogProbabilityMoments Moments => field ??= new LogProbabilityMoments(IsTop.Length);

    /// <summary>Gets the sum of the text's hidden states by gate, once read.</summary>
    public double[][] HiddenSums { get; private set; } = [];

    /// <summary>Adds a token to predict after all inputs and returns its slot.</summary>
    public int AddLastToken(int token)
    {
        var known = _lastTokens.IndexOf(token);
        if (known < 0)
        {
            known = _lastTokens.Count;
            _lastTokens.Add(token);
        }

        return Inputs.Length - 1 + known;
    }

    /// <summary>Makes room for results, when all last tokens are known.</summary>
    /// <param name="width">The length of the hidden states to sum; 0 when none are.</param>
    public void Prepare(int width)
    {
        var slots = Inputs.Length - 1 + _lastTokens.Count;
        GateLogProbabilities = [.. Gates.Select(_ => new float[slots])];
        LogProbabilities = Gates.Count == 1 ? GateLogProbabilities[0] : new float[slots];
        IsTop = new bool[slots];
        HiddenSums = [.. Gates.Select(_ => new double[width])];
    }

    /// <summary>Cuts the inputs into windows no longer than the model's context, in order.</summary>
    /// <remarks>
    /// A window starts with the token that the one before predicted last, so its stride is the context's length and every token is
    /// predicted once. Windows before the text are left out, unless their likelihood weighs the gates.
    /// </remarks>
    public IEnumerable<ReadingWindow> Windows(int contextLength)
    {
        for (var start = 0; start < Inputs.Length; start += contextLength)
        {
            var length = Math.Min(contextLength, Inputs.Length - start);
            if (Gates.Count > 1 || start + length > TextStart)
                yield return new ReadingWindow(this, start, length);
        }
    }

    /// <summary>The slots and tokens that a position predicts.</summary>
    public IEnumerable<(int Slot, int Token)> Predicted(int position) => position < Inputs.Length - 1
        ? [(position, Inputs[position + 1])]
        : _lastTokens.Select((token, i) => (position + i, token));

    /// <summary>Weighs the gates' predictions in a window; the windows before it must have been weighed.</summary>
    /// <returns>The logarithms of the gates' weights at each of the window's positions.</returns>
    public double[][] Weigh(ReadingWindow window)
    {
        var logWeights = new double[window.Length][];
        var terms = new double[Gates.Count];
        for (var position = window.Start; position < window.End; position++)
        {
            var logWeights_j = logWeights[position - window.Start] = _mixture.LogWeights();
            foreach (var (slot, _) in Predicted(position))
            {
                for (var j = 0; j < terms.Length; j++)
                    terms[j] = logWeights_j[j] + GateLogProbabilities[j][slot];
                LogProbabilities[slot] = (float)LikelihoodMixture.LogSumOfExponentials(terms);
            }

            if (position == Inputs.Length - 1)
                continue;

            for (var j = 0; j < terms.Length; j++)
            {
                terms[j] = GateLogProbabilities[j][position];
                _weightSums[j] += position >= TextStart ? Math.Exp(logWeights_j[j]) : 0;
            }

            _mixture.Observe(terms);
        }

        return logWeights;
    }

    /// <summary>The mean of the text's hidden states; that of several gates weighted by the likelihood which each gave to all the inputs or, token by token, by its mean weight in the text.</summary>
    public float[] MeanHidden(int tokenCount)
    {
        var weights = Mixing == GateMixing.WholeText || Gates.Count == 1
            ? Array.ConvertAll(_mixture.LogWeights(), Math.Exp)
            : Array.ConvertAll(_weightSums, sum => sum / tokenCount);
        var mean = new float[HiddenSums[0].Length];
        for (var d = 0; d < mean.Length; d++)
        {
            var sum = 0.0;
            for (var j = 0; j < weights.Length; j++)
                sum += weights[j] * HiddenSums[j][d];
            mean[d] = (float)(sum / tokenCount);
        }

        return mean;
    }
}

/// <summary>A part of a reading that the model sees at once.</summary>
/// <param name="Reading">The reading.</param>
/// <param name="Start">The first of its inputs.</param>
/// <param name="Length">The number of inputs.</param>
internal readonly record struct ReadingWindow(Reading Reading, int Start, int Length)
{
    public int End => Start + Length;

    /// <summary>Gets the tokens that the model reads for the window: its inputs with every gate.</summary>
    public int TokenCount => Length * Reading.Gates.Count;
}
