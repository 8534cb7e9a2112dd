using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Tests;

public class SchemaTests
{
    private static readonly MLContext Context = new();

    [Fact]
    public void Outputs_follow_the_inputs_columns_in_a_fixed_order()
    {
        using var model = TinyModel.In(Context);

        var schema = model.GetOutputSchema(View<Row>().Schema);

        Assert.Equal(
            ["Text", "Source", "Score", "TokenLogProbabilities", "TokenCount", "SinkState", "SinkSources", "Features", "Completion"],
            schema.Select(column => column.Name));
    }

    [Fact]
    public void There_is_no_completion_column_unless_generation_is_asked_for()
    {
        using var model = TinyModel.In(Context, TinyModel.Options with { Generation = null });

        Assert.Null(model.GetOutputSchema(View<Row>().Schema).GetColumnOrNull("Completion"));
    }

    [Fact]
    public void Types_are_those_that_trainers_and_evaluators_take()
    {
        using var model = TinyModel.In(Context);
        var schema = model.GetOutputSchema(View<Row>().Schema);

        Assert.Equal(NumberDataViewType.Single, schema["Score"].Type);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single), schema["TokenLogProbabilities"].Type);
        Assert.Equal(NumberDataViewType.Int32, schema["TokenCount"].Type);
        Assert.Equal(TextDataViewType.Instance, schema["SinkState"].Type);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.UInt64), schema["SinkSources"].Type);
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, TinyModel.Width), schema["Features"].Type);
        Assert.Equal(TextDataViewType.Instance, schema["Completion"].Type);
    }

    [Fact]
    public void The_score_says_what_kind_of_score_it_is()
    {
        using var model = TinyModel.In(Context);
        var kind = default(ReadOnlyMemory<char>);

        model.GetOutputSchema(View<Row>().Schema)["Score"].Annotations.GetValue("ScoreColumnKind", ref kind);

        Assert.Equal("LogProbability", kind.ToString());
    }

    [Fact]
    public void Options_name_every_column()
    {
        using var model = TinyModel.In(Context, TinyModel.Options with
        {
            TextColumnName = "t",
            SourceColumnName = "s",
            ScoreColumnName = "a",
            TokenLogProbabilitiesColumnName = "b",
            TokenCountColumnName = "c",
            SinkStateColumnName = "d",
            SinkSourcesColumnName = "e",
            FeaturesColumnName = "f",
            CompletionColumnName = "g",
        });
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("t", TextDataViewType.Instance);

        Assert.Equal("tabcdefg", string.Concat(model.GetOutputSchema(builder.ToSchema()).Select(column => column.Name)));
    }

    [Fact]
    public void An_earlier_column_of_an_outputs_name_is_hidden()
    {
        using var model = TinyModel.In(Context);

        var schema = model.GetOutputSchema(View<RowWithScore>().Schema);

        Assert.Equal([true, false], schema.Where(column => column.Name == "Score").Select(column => column.IsHidden));
        Assert.Equal(NumberDataViewType.Single, schema["Score"].Type);
    }

    [Fact]
    public void The_estimator_foretells_the_trained_models_schema()
    {
        var shape = SchemaShapeOf(View<RowWithScore>());
        using var model = TinyModel.In(Context);

        var foretold = Context.Nulls(TinyModel.Options).GetOutputSchema(shape);

        var actual = SchemaShapeOf(model.Transform(View<RowWithScore>()));
        Assert.Equal(Describe(actual), Describe(foretold));
    }

    [Fact]
    public void A_missing_text_column_is_named_when_training_shaping_and_scoring()
    {
        var data = View<SourceAlone>();
        using var model = TinyModel.In(Context);
        var estimator = Context.Nulls(TinyModel.Options);

        foreach (var act in (Action[])[() => estimator.Fit(data), () => estimator.GetOutputSchema(SchemaShapeOf(data)), () => model.GetOutputSchema(data.Schema), () => model.Transform(data)])
        {
            var exception = Assert.Throws<ArgumentOutOfRangeException>(act);
            Assert.StartsWith("Could not find text column 'Text'", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_missing_column_in_a_chain_fails_before_anything_is_trained()
    {
        var data = new RecordingView(View<SourceAlone>());
        var chain = Context.Transforms.CopyColumns("Copy", "Source").Append(Context.Nulls(TinyModel.Options));

        Assert.Throws<ArgumentOutOfRangeException>(() => chain.Fit(data));
        Assert.Empty(data.Opened);
    }

    [Fact]
    public void Text_of_another_type_is_refused_in_MLNets_words()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Context.Nulls().Fit(View<NumberAsText>()));

        Assert.StartsWith("Schema mismatch for text column 'Text': expected String, got Single", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_of_another_type_is_refused_in_MLNets_words()
    {
        var data = View<NumberAsSource>();
        using var model = TinyModel.In(Context);

        foreach (var act in (Action[])[() => Context.Nulls().Fit(data), () => Context.Nulls().GetOutputSchema(SchemaShapeOf(data)), () => model.Transform(data)])
        {
            var exception = Assert.Throws<ArgumentOutOfRangeException>(act);
            Assert.StartsWith("Schema mismatch for source column 'Source': expected String or Key with text values, got Single", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_vector_of_sources_is_refused()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Context.Nulls().Fit(View<ManySources>()));

        Assert.Contains("got Vector<String, 2>", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_without_texts_is_refused_as_a_source()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Context.Nulls().Fit(View<BareKey>()));

        Assert.Contains("expected String or Key with text values, got Key<UInt32, 0-7>", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_is_needed_to_train_but_not_to_score()
    {
        var data = View<TextAlone>();
        using var model = TinyModel.In(Context);

        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Context.Nulls().Fit(data));

        Assert.StartsWith("Could not find source column 'Source'", exception.Message, StringComparison.Ordinal);
        Assert.Equal("Text", model.Transform(data).Schema[0].Name);
    }

    private static IDataView View<T>() where T : class => Context.Data.LoadFromEnumerable(Array.Empty<T>());

    // An estimator of nothing returns the shape of what it gets.
    private static SchemaShape SchemaShapeOf(IDataView data)
    {
        var probe = new ShapeProbe();
        new Microsoft.ML.Data.EstimatorChain<ITransformer>().Append(probe).Fit(data);
        return probe.Seen;
    }

    private static IEnumerable<string> Describe(SchemaShape shape) => shape
        .Select(column => $"{column.Name}: {column.Kind} {column.ItemType} {column.IsKey} {string.Join(",", column.Annotations.Select(annotation => annotation.Name))}")
        .Order();

    private sealed class ShapeProbe : IEstimator<ITransformer>
    {
        public SchemaShape Seen { get; private set; } = new([]);

        public ITransformer Fit(IDataView input) => Context.Transforms.CopyColumns("Probed", input.Schema[0].Name).Fit(input);

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Seen = inputSchema;
    }

    private sealed class TextAlone { public string Text { get; set; } = ""; }

    private sealed class SourceAlone { public string Source { get; set; } = ""; }

    private sealed class NumberAsText { public float Text { get; set; } public string Source { get; set; } = ""; }

    private sealed class NumberAsSource { public string Text { get; set; } = ""; public float Source { get; set; } }

    private sealed class ManySources { public string Text { get; set; } = ""; [VectorType(2)] public string[] Source { get; set; } = ["", ""]; }

    private sealed class BareKey { public string Text { get; set; } = ""; [KeyType(8)] public uint Source { get; set; } }

    private sealed class RowWithScore { public string Text { get; set; } = ""; public string Source { get; set; } = ""; public string Score { get; set; } = ""; }
}
