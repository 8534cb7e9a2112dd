using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.Inference;
using Nulls.Sources;

namespace Nulls.MLNet.Pipeline;

/// <summary>A column that the model adds: its type, what must be computed for it and how its value is read from the result.</summary>
internal abstract class OutputColumn(string name, DataViewType type, ScoringOutputs outputs, DataViewSchema.Annotations? annotations = null)
{
    public string Name { get; } = name;
    public DataViewType Type { get; } = type;
    public ScoringOutputs Outputs { get; } = outputs;
    public DataViewSchema.Annotations? Annotations { get; } = annotations;

    /// <summary>Returns a <see cref="ValueGetter{TValue}"/> of the column's type.</summary>
    public abstract Delegate CreateGetter(Func<ScoringResult> result);

    /// <summary>Returns the columns in the order in which they are added.</summary>
    /// <param name="settings">The columns' names, and whether texts are continued.</param>
    /// <param name="width">The length of the features.</param>
    public static IReadOnlyList<OutputColumn> CreateAll(ScoringSettings settings, int width)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("ScoreColumnKind", TextDataViewType.Instance, "LogProbability".AsMemory());
        annotations.AddPrimitiveValue("ScoreValueKind", TextDataViewType.Instance, "Score".AsMemory());

        List<OutputColumn> columns =
        [
            new ScalarColumn<float>(settings.ScoreColumnName, NumberDataViewType.Single, ScoringOutputs.LogProbabilities,
                result => result.Score, annotations.ToAnnotations()),
            new VectorColumn<float, float>(settings.TokenLogProbabilitiesColumnName, new VectorDataViewType(NumberDataViewType.Single), ScoringOutputs.LogProbabilities,
                result => result.TokenLogProbabilities, static value => value),
            new ScalarColumn<int>(settings.TokenCountColumnName, NumberDataViewType.Int32, ScoringOutputs.TokenCount,
                result => result.TokenCount),
            new ScalarColumn<ReadOnlyMemory<char>>(settings.SinkStateColumnName, TextDataViewType.Instance, ScoringOutputs.SinkState,
                result => result.SinkState.ToString().AsMemory()),
            new VectorColumn<SourceId, ulong>(settings.SinkSourcesColumnName, new VectorDataViewType(NumberDataViewType.UInt64), ScoringOutputs.SinkState,
                result => result.SinkSources, static id => id.Value),
            new VectorColumn<float, float>(settings.FeaturesColumnName, new VectorDataViewType(NumberDataViewType.Single, width), ScoringOutputs.Features,
                result => result.Features, static value => value),
        ];
        if (settings.Generation is not null)
        {
            columns.Add(new ScalarColumn<ReadOnlyMemory<char>>(settings.CompletionColumnName, TextDataViewType.Instance, ScoringOutputs.Completion,
                result => result.Completion.AsMemory()));
        }

        return columns;
    }

    private sealed class ScalarColumn<T>(
        string name, DataViewType type, ScoringOutputs outputs, Func<ScoringResult, T> read, DataViewSchema.Annotations? annotations = null)
        : OutputColumn(name, type, outputs, annotations)
    {
        public override Delegate CreateGetter(Func<ScoringResult> result) => (ValueGetter<T>)((ref T value) => value = read(result()));
    }

    private sealed class VectorColumn<TResult, T>(
        string name, VectorDataViewType type, ScoringOutputs outputs, Func<ScoringResult, IReadOnlyList<TResult>> read, Func<TResult, T> convert)
        : OutputColumn(name, type, outputs)
    {
        public override Delegate CreateGetter(Func<ScoringResult> result) => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
        {
            var items = read(result());
            var editor = VBufferEditor.Create(ref value, items.Count);
            for (var i = 0; i < items.Count; i++)
                editor.Values[i] = convert(items[i]);
            value = editor.Commit();
        });
    }
}
