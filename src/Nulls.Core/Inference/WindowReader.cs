using Nulls.Model;
using static TorchSharp.torch;

namespace Nulls.Inference;

/// <summary>Runs the model on windows of readings, all gates of a window in one batch, and notes what they predict.</summary>
/// <param name="model">The model.</param>
/// <param name="weights">The matrices to multiply with.</param>
/// <param name="needsLogProbabilities">Whether the text's tokens are scored.</param>
/// <param name="needsFeatures">Whether the text's hidden states are summed.</param>
/// <param name="needsMoments">Whether the moments of the log-probability are computed.</param>
internal sealed class WindowReader(NullsModel model, ComputeWeights weights, bool needsLogProbabilities, bool needsFeatures, bool needsMoments)
{
    /// <summary>Reads windows; those of one reading in order, here and from call to call.</summary>
    public void Read(IReadOnlyList<ReadingWindow> windows)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var sequences = new List<TokenSequence>();
        foreach (var (reading, start, length) in windows)
            sequences.AddRange(reading.Gates.Select(gate => new TokenSequence(reading.Inputs.AsMemory(start, length), gate.Gate)));

        using var batch = new TokenBatch(sequences, model.Device);
        var hidden_ND = model.Hidden(batch, weights);
        LookUp(windows, batch, hidden_ND);
        var sequence = 0;
        foreach (var window in windows)
        {
            var starts = batch.Starts.AsSpan(sequence, window.Reading.Gates.Count);
            double[][]? logWeights = null;
            if (starts.Length > 1)
            {
                logWeights = window.Reading.Weigh(window);
                if (needsLogProbabilities)
                    MarkTop(window, starts, logWeights, hidden_ND);
            }

            if (needsMoments)
                NoteMoments(window, starts, logWeights, hidden_ND);
            if (needsFeatures)
                SumHidden(window, starts, hidden_ND);
            sequence += starts.Length;
        }
    }

    private void LookUp(IReadOnlyList<ReadingWindow> windows, TokenBatch batch, Tensor hidden_ND)
    {
        var queries = new List<(int Row, int Token)>();
        var places = new List<(Reading Reading, int Gate, int Slot)>();
        var sequence = 0;
        foreach (var window in windows)
        {
            var reading = window.Reading;
            var isWeighed = reading.Gates.Count > 1;
            for (var gate = 0; gate < reading.Gates.Count; gate++, sequence++)
            {
                if (!needsLogProbabilities && !isWeighed)
                    continue;

                for (var position = isWeighed ? window.Start : Math.Max(window.Start, reading.TextStart); position < window.End; position++)
                {
                    foreach (var (slot, token) in reading.Predicted(position))
                    {
                        queries.Add((batch.Starts[sequence] + position - window.Start, token));
                        places.Add((reading, gate, slot));
                    }
                }
            }
        }

        var (logProbabilities, isTop) = TokenLikelihood.Of(model, weights, hidden_ND, queries);
        for (var i = 0; i < places.Count; i++)
        {
            var (reading, gate, slot) = places[i];
            reading.GateLogProbabilities[gate][slot] = logProbabilities[i];
            reading.IsTop[slot] = isTop[i];
        }
    }

    // What a single gate thinks likeliest need not be so under all together.
    private void MarkTop(ReadingWindow window, ReadOnlySpan<int> starts, double[][] logWeights, Tensor hidden_ND)
    {
        var rows = new List<long[]>();
        var gateWeights = new List<double[]>();
        var queries = new List<(int Average, int Token)>();
        var slots = new List<int>();
        for (var position = Math.Max(window.Start, window.Reading.TextStart); position < window.End; position++)
        {
            foreach (var (slot, token) in window.Reading.Predicted(position))
            {
                queries.Add((rows.Count, token));
                slots.Add(slot);
            }

            var rowsOfPosition = new long[starts.Length];
            for (var j = 0; j < starts.Length; j++)
                rowsOfPosition[j] = starts[j] + position - window.Start;
            rows.Add(rowsOfPosition);
            gateWeights.Add(logWeights[position - window.Start]);
        }

        var isTop = TokenLikelihood.IsTopOfMixture(model, weights, hidden_ND, rows, gateWeights, queries);
        for (var i = 0; i < slots.Count; i++)
            window.Reading.IsTop[slots[i]] = isTop[i];
    }

    private void NoteMoments(ReadingWindow window, ReadOnlySpan<int> starts, double[][]? logWeights, Tensor hidden_ND)
    {
        var first = Math.Max(window.Start, window.Reading.TextStart);
        if (first >= window.End)
            return;

        var moments = LogProbabilityMoments.Of(
            model, weights, hidden_ND, [.. starts.ToArray().Select(start => start + first - window.Start)], window.End - first, logWeights?[(first - window.Start)..]);
        for (var position = first; position < window.End; position++)
        {
            foreach (var (slot, _) in window.Reading.Predicted(position))
                window.Reading.Moments.Take(slot, moments, position - first);
        }
    }

    private static void SumHidden(ReadingWindow window, ReadOnlySpan<int> starts, Tensor hidden_ND)
    {
        // The text's own tokens, which lie one behind the positions that predict them.
        var first = Math.Max(window.Start, window.Reading.TextStart + 1);
        for (var j = 0; j < starts.Length && first < window.End; j++)
        {
            using var scope = NewDisposeScope();
            var text_tD = hidden_ND.narrow(0, starts[j] + first - window.Start, window.End - first);
            var sum_D = text_tD.sum(new long[] { 0 }, type: ScalarType.Float64).cpu().data<double>();
            var total = window.Reading.HiddenSums[j];
            for (var d = 0; d < total.Length; d++)
                total[d] += sum_D[d];
        }
    }
}
