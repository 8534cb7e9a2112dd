using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Pipeline;

/// <summary>Scores single rows of one schema, for prediction engines.</summary>
internal sealed class ScoredRowMapper(NullsTransformer model, RowBinding binding) : IRowToRowMapper
{
    public DataViewSchema InputSchema => binding.InputSchema;

    public DataViewSchema OutputSchema => binding.OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        binding.GetDependencies(binding.Select(dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != InputSchema)
            throw new ArgumentException("The row's schema must be the one that the mapper was made for.", nameof(input));
        return new ScoredRow(model, binding, input, binding.Select(activeColumns));
    }
}
