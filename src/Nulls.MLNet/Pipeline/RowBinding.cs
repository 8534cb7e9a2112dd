using Microsoft.ML;
using Nulls.Inference;

namespace Nulls.MLNet.Pipeline;

/// <summary>How rows of one schema become scored rows: the input's columns at their own indices, then ours.</summary>
internal sealed class RowBinding
{
    private readonly IReadOnlyList<OutputColumn> _outputs;
    private readonly DataViewSchema.Column _text;
    private readonly DataViewSchema.Column? _source;

    public RowBinding(DataViewSchema inputSchema, ScoringSettings settings, int width)
    {
        (_text, _source) = InputColumns.Find(inputSchema, settings, isSourceRequired: false, nameof(inputSchema));
        _outputs = OutputColumn.CreateAll(settings, width);

        // A column of ours hides an earlier one of the same name, as everywhere in ML.NET.
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        foreach (var output in _outputs)
            builder.AddColumn(output.Name, output.Type, output.Annotations);
        InputSchema = inputSchema;
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }
    public DataViewSchema OutputSchema { get; }

    public bool IsOutput(int column) => column >= InputSchema.Count;

    public InputReader CreateReader(DataViewRow row) => new(row, _text, _source);

    /// <summary>Returns for each column of the output whether it is among the given ones.</summary>
    public bool[] Select(IEnumerable<DataViewSchema.Column> columns)
    {
        var isActive = new bool[OutputSchema.Count];
        foreach (var column in columns)
            isActive[column.Index] = true;
        return isActive;
    }

    public bool HasOutput(bool[] isActive) => isActive.AsSpan(InputSchema.Count).Contains(true);

    /// <summary>Returns the input's columns that the active columns need: those that pass through, and text and source if anything is computed.</summary>
    public IEnumerable<DataViewSchema.Column> GetDependencies(bool[] isActive)
    {
        var isComputed = HasOutput(isActive);
        return InputSchema.Where(column =>
            isActive[column.Index] || (isComputed && (column.Index == _text.Index || column.Index == _source?.Index)));
    }

    /// <summary>Returns the getter of a column of ours and says what it needs computed.</summary>
    /// <exception cref="InvalidOperationException">The column has another type.</exception>
    public ValueGetter<TValue> CreateGetter<TValue>(DataViewSchema.Column column, Func<ScoringOutputs, ScoringResult> compute, out ScoringOutputs outputs)
    {
        var output = _outputs[column.Index - InputSchema.Count];
        outputs = output.Outputs;
        return As<TValue>(output.CreateGetter(() => compute(output.Outputs)), column);
    }

    /// <summary>Casts a getter to the type that the caller expects.</summary>
    /// <exception cref="InvalidOperationException">The column has another type.</exception>
    public static ValueGetter<TValue> As<TValue>(Delegate getter, DataViewSchema.Column column) =>
        getter as ValueGetter<TValue> ?? throw new InvalidOperationException(
            $"Column '{column.Name}' has values of type '{column.Type.RawType}', but a getter of '{typeof(TValue)}' was asked for.");

    /// <exception cref="ArgumentOutOfRangeException">The column was not asked for when the row was opened, or is of another schema.</exception>
    public static void RequireActive(bool[] isActive, DataViewSchema.Column column)
    {
        if (column.Index >= isActive.Length || !isActive[column.Index])
            throw new ArgumentOutOfRangeException(nameof(column), column.Name, $"Column '{column.Name}' is not active: ask for it when the cursor is opened.");
    }
}
