using Nulls.Model;
using static TorchSharp.torch;

namespace Nulls.Inference;

/// <summary>The logits after a row's newest token.</summary>
internal delegate ReadOnlySpan<float> RowLogits(int row);

/// <summary>Texts that are continued together: a row of the cache for each gate of each text.</summary>
internal sealed class GenerationPass : IDisposable
{
    private readonly NullsModel _model;
    private readonly ComputeWeights _weights;
    private readonly int _endOfTextId;
    private readonly KeyValueCache _cache;
    private Row[] _rows;
    private (Continuation Text, int[] Rows)[] _texts = [];
    private IDecoder? _decoder;

    public GenerationPass(NullsModel model, ComputeWeights weights, IReadOnlyList<Continuation> texts, int endOfTextId)
    {
        (_model, _weights, _endOfTextId) = (model, weights, endOfTextId);
        _rows = [.. texts.SelectMany(text => text.Gates.Select((gate, number) => new Row(text, number, gate.Gate)))];
        _cache = new KeyValueCache(model.Config, _rows.Length, texts.Max(text => text.Capacity), weights.Type, model.Device);
    }

    /// <summary>Adds a token to every text that is not done, and drops those that then are.</summary>
    /// <returns>Whether any text is left.</returns>
    public bool Step(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_decoder is null)
        {
            var logits = ReadStarts();
            _decoder = Decoder.Create(_model, _weights, [.. _rows.Select(row => row.Gate)], _cache);
            Append(row => logits[row]);
        }
        else
        {
            _decoder.Read([.. _rows.Select(row => row.Text.Tokens[^1])]);
            Append(_decoder.Logits);
        }

        return _rows.Length > 0;
    }

    public void Dispose()
    {
        _decoder?.Dispose();
        _cache.Dispose();
    }

    private void Append(RowLogits logits)
    {
        foreach (var (text, rows) in _texts)
            text.Append(logits, rows, _endOfTextId);

        var open = Enumerable.Range(0, _rows.Length).Where(row => !_rows[row].Text.IsDone).ToArray();
        if (open.Length == _rows.Length)
            return;

        _rows = [.. open.Select(row => _rows[row])];
        FindTexts();
        if (open.Length > 0)
            _decoder?.Keep(open);
    }

    // Puts the rows in the order in which the cache holds them, and returns the logits after each start.
    private float[][] ReadStarts()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var batch = new TokenBatch([.. _rows.Select(row => new TokenSequence(row.Text.Start, row.Gate))], _model.Device);
        var hidden_ND = _model.Hidden(batch, _weights, cache: _cache);
        Weigh(batch, hidden_ND);
        var last_B = tensor(batch.Order.Select(index => batch.Starts[index] + _rows[index].Text.Start.Length - 1L).ToArray(), device: _model.Device);
        var logits_BV = _model.Logits(hidden_ND.index_select(0, last_B), _weights);
        _rows = [.. batch.Order.Select(index => _rows[index])];
        _cache.Advance([.. _rows.Select(row => row.Text.Start.Length)]);
        FindTexts();
        return [.. logits_BV.cpu().data<float>().ToArray().Chunk((int)logits_BV.shape[1])];
    }

    // Only whole rows of gates tell a mixture what came: a text's gates lie anywhere in the batch.
    private void Weigh(TokenBatch batch, Tensor hidden_ND)
    {
        var queries = new List<(int Row, int Token)>();
        var cells = new List<(double[] Given, int Gate)>();
        var givenTo = new Dictionary<Continuation, double[][]>();
        for (var i = 0; i < _rows.Length; i++)
        {
            var text = _rows[i].Text;
            if (text.Gates.Count == 1)
                continue;

            if (!givenTo.TryGetValue(text, out var given))
                givenTo[text] = given = [.. Enumerable.Range(0, text.Start.Length - 1).Select(_ => new double[text.Gates.Count])];
            for (var t = 0; t < given.Length; t++)
            {
                queries.Add((batch.Starts[i] + t, text.Start[t + 1]));
                cells.Add((given[t], _rows[i].GateNumber));
            }
        }

        var (logProbabilities, _) = TokenLikelihood.Of(_model, _weights, hidden_ND, queries);
        for (var q = 0; q < cells.Count; q++)
            cells[q].Given[cells[q].Gate] = logProbabilities[q];
        foreach (var (text, given) in givenTo)
        {
            foreach (var token in given)
                text.Observe(token);
        }
    }

    private void FindTexts() => _texts = [.. _rows
        .Select((row, number) => (Row: row, Number: number))
        .GroupBy(entry => entry.Row.Text)
        .Select(group => (group.Key, group.OrderBy(entry => entry.Row.GateNumber).Select(entry => entry.Number).ToArray()))];

    private readonly record struct Row(Continuation Text, int GateNumber, SinkGate Gate);
}
