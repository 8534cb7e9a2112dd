using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Tests.Pipeline;

public class SourceColumnTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void A_known_source_runs_its_own_sinks()
    {
        using var model = TinyModel.In(_ml);

        Assert.All(TinyModel.Score(model, TinyModel.Sourced), row => Assert.Equal("Own", row.SinkState));
    }

    [Fact]
    public void Sink_sources_are_the_ids_of_the_registry()
    {
        using var model = TinyModel.In(_ml);
        var sources = model.Bundle.Sources;

        foreach (var (row, scored) in TinyModel.Sourced.Zip(TinyModel.Score(model, TinyModel.Sourced)))
        {
            Assert.True(sources.TryGetIndex(row.Source!, out var index));
            Assert.Equal(sources.GetId(index).Value, Assert.Single(scored.SinkSources));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("a house never seen")]
    public void An_empty_or_unseen_source_never_runs_a_sink_silently(string? source)
    {
        using var routed = TinyModel.In(_ml);
        using var model = routed.WithRouting(Inference.SinkRouting.Backbone);

        var scored = Assert.Single(TinyModel.Score(model, [new Row { Text = TinyModel.Sourced[0].Text, Source = source }]));

        Assert.Equal("Backbone", scored.SinkState);
        Assert.Empty(scored.SinkSources);
    }

    [Fact]
    public void Data_without_a_source_column_is_scored_as_of_unknown_source()
    {
        using var model = TinyModel.In(_ml);
        var named = TinyModel.Scores(model, TinyModel.Corpus.Select(row => new Row { Text = row.Text }));

        var absent = model.Transform(_ml.Data.LoadFromEnumerable(TinyModel.Corpus.Select(row => new { row.Text })));

        Assert.Equal(named, absent.GetColumn<float>("Score"));
    }

    [Fact]
    public void A_key_is_resolved_to_its_text_whatever_its_number()
    {
        using var model = TinyModel.In(_ml);
        var expected = TinyModel.Scores(model, TinyModel.Corpus);
        var texts = _ml.Data.LoadFromEnumerable(TinyModel.Corpus);

        foreach (var order in (Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality[])[
            Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByOccurrence,
            Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue])
        {
            // Reversed, so that the two orders give different numbers.
            var reversed = _ml.Data.LoadFromEnumerable(TinyModel.Corpus.Reverse());
            var keys = _ml.Transforms.Conversion.MapValueToKey("Source", keyOrdinality: order).Fit(reversed).Transform(texts);

            Assert.Equal(expected, model.Transform(keys).GetColumn<float>("Score"));
        }
    }

    [Fact]
    public void A_key_of_any_width_is_read()
    {
        using var model = TinyModel.In(_ml);
        var expected = TinyModel.Score(model, TinyModel.Sourced.Take(2)).Select(row => row.SinkSources[0]).ToArray();

        foreach (var raw in (Type[])[typeof(byte), typeof(ushort), typeof(uint), typeof(ulong)])
        {
            var view = new KeyedView(raw, [TinyModel.Sourced[0], TinyModel.Sourced[1]]);

            Assert.Equal(expected, model.Transform(view).GetColumn<ulong[]>("SinkSources").Select(ids => ids[0]));
        }
    }

    [Fact]
    public void A_missing_key_is_no_source()
    {
        using var routed = TinyModel.In(_ml);
        using var model = routed.WithRouting(Inference.SinkRouting.Backbone);
        var texts = _ml.Data.LoadFromEnumerable(TinyModel.Sourced);
        var knownKeys = _ml.Transforms.Conversion.MapValueToKey("Source").Fit(_ml.Data.LoadFromEnumerable(TinyModel.Sourced.Take(2)));

        // Keys that the mapping never saw become 0.
        var states = model.Transform(knownKeys.Transform(texts)).GetColumn<string>("SinkState").ToArray();

        Assert.Equal(["Own", "Own", .. Enumerable.Repeat("Backbone", TinyModel.Sourced.Count - 2)], states);
    }

    /// <summary>Rows whose source is a key of the given width; the values are the sources, in order.</summary>
    private sealed class KeyedView(Type raw, Row[] rows) : IDataView
    {
        public DataViewSchema Schema { get; } = CreateSchema(raw, rows);
        public bool CanShuffle => false;
        public long? GetRowCount() => rows.Length;
        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => new Cursor(Schema, rows);
        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

        private static DataViewSchema CreateSchema(Type raw, Row[] rows)
        {
            var values = new VBuffer<ReadOnlyMemory<char>>(rows.Length, [.. rows.Select(row => row.Source.AsMemory())]);
            var annotations = new DataViewSchema.Annotations.Builder();
            annotations.Add("KeyValues", new VectorDataViewType(TextDataViewType.Instance, rows.Length), (ref VBuffer<ReadOnlyMemory<char>> value) => values.CopyTo(ref value));
            var schema = new DataViewSchema.Builder();
            schema.AddColumn("Text", TextDataViewType.Instance);
            schema.AddColumn("Source", new KeyDataViewType(raw, rows.Length), annotations.ToAnnotations());
            return schema.ToSchema();
        }

        private sealed class Cursor(DataViewSchema schema, Row[] rows) : DataViewRowCursor
        {
            private int _row = -1;
            public override long Position => _row;
            public override long Batch => 0;
            public override DataViewSchema Schema => schema;
            public override bool IsColumnActive(DataViewSchema.Column column) => true;
            public override bool MoveNext() => ++_row < rows.Length;
            public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_row, 0);

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => (ref TValue value) =>
                value = column.Name == "Text" ? (TValue)(object)rows[_row].Text.AsMemory() : (TValue)Convert.ChangeType(_row + 1, typeof(TValue));
        }
    }
}
