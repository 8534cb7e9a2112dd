using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.Inference;

namespace Nulls.MLNet.Pipeline;

/// <summary>One row and its score, as a prediction engine needs it: scored once a position, however many columns are read.</summary>
internal sealed class ScoredRow(NullsTransformer model, RowBinding binding, DataViewRow input, bool[] isActive) : DataViewRow
{
    private readonly InputReader? _reader = binding.HasOutput(isActive) ? binding.CreateReader(input) : null;
    private ScoringResult _result = new();
    private long? _resultPosition;
    private ScoringOutputs _computed;
    private ScoringOutputs _wanted;

    // The engine compares schemas by reference.
    public override DataViewSchema Schema => binding.OutputSchema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < isActive.Length && isActive[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        RowBinding.RequireActive(isActive, column);
        if (!binding.IsOutput(column.Index))
            return input.GetGetter<TValue>(binding.InputSchema[column.Index]);

        var getter = binding.CreateGetter<TValue>(column, Compute, out var outputs);
        _wanted |= outputs;
        return getter;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }

    private ScoringResult Compute(ScoringOutputs outputs)
    {
        if (_resultPosition != input.Position || !_computed.HasFlag(outputs))
        {
            var request = new ScoringRequest(_reader!.ReadText(), _reader.ReadSource()); // An active output has a reader.
            _result = model.Score([request], _wanted)[0];
            _resultPosition = input.Position;
            _computed = _wanted;
        }

        return _result;
    }
}
