using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.Inference;

namespace Nulls.MLNet.Pipeline;

/// <summary>A cursor that reads a batch of rows ahead and scores it in one model call, at the first question for a column of ours.</summary>
internal sealed class ScoredCursor : DataViewRowCursor
{
    private readonly NullsTransformer _model;
    private readonly RowBinding _binding;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _isActive;
    private readonly InputReader _reader;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly ColumnBuffer?[] _buffers;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private readonly List<ScoringRequest> _requests;
    private IReadOnlyList<ScoringResult> _results = [];
    private ScoringOutputs _computed;
    private ScoringOutputs _wanted;
    private int _row;
    private long _position = -1;
    private bool _isAtEnd;

    public ScoredCursor(NullsTransformer model, RowBinding binding, DataViewRowCursor input, bool[] isActive)
    {
        var batchSize = model.BatchSize;
        _model = model;
        _binding = binding;
        _input = input;
        _isActive = isActive;
        _reader = binding.CreateReader(input);
        _inputId = input.GetIdGetter();
        _buffers = [.. binding.InputSchema.Select(column => isActive[column.Index] ? ColumnBuffer.Create(input, column, batchSize) : null)];
        _ids = new DataViewRowId[batchSize];
        _batches = new long[batchSize];
        _requests = new(batchSize);
    }

    public override DataViewSchema Schema => _binding.OutputSchema;

    public override long Position => _position;

    public override long Batch => _position < 0 ? 0 : _batches[_row];

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < _isActive.Length && _isActive[column.Index];

    public override bool MoveNext()
    {
        if (_isAtEnd)
            return false;

        _row++;
        if (_row >= _requests.Count && !ReadBatch())
        {
            _isAtEnd = true;
            _position = -1;
            return false;
        }

        _position++;
        return true;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[CurrentRow()];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        RowBinding.RequireActive(_isActive, column);
        if (_buffers.ElementAtOrDefault(column.Index) is { } buffer)
            return RowBinding.As<TValue>(buffer.CreateGetter(CurrentRow), column);

        var getter = _binding.CreateGetter<TValue>(column, Compute, out var outputs);
        _wanted |= outputs;
        return getter;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _isAtEnd = true;
            _position = -1;
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool ReadBatch()
    {
        _row = 0;
        _requests.Clear();
        _results = [];
        _computed = ScoringOutputs.None;
        while (_requests.Count < _ids.Length && _input.MoveNext())
        {
            var row = _requests.Count;
            foreach (var buffer in _buffers)
                buffer?.Keep(row);
            _inputId(ref _ids[row]);
            _batches[row] = _input.Batch;
            _requests.Add(new ScoringRequest(_reader.ReadText(), _reader.ReadSource()));
        }

        return _requests.Count > 0;
    }

    private ScoringResult Compute(ScoringOutputs outputs)
    {
        var row = CurrentRow();

        // Only what has a getter is computed, which is less than what is active: whoever opens the cursor often asks for every column.
        if (!_computed.HasFlag(outputs))
        {
            _results = _model.Score(_requests, _wanted);
            _computed = _wanted;
        }

        return _results[row];
    }

    private int CurrentRow() => _position >= 0 ? _row : throw new InvalidOperationException(
        "The cursor stands on no row: call MoveNext before reading a value, and stop when it returns false.");
}
