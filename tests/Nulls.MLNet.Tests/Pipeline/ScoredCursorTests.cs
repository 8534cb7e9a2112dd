using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Tests.Pipeline;

public class ScoredCursorTests
{
    private readonly MLContext _ml = new();
    private readonly ModelCalls _calls;

    public ScoredCursorTests() => _calls = new ModelCalls(_ml);

    [Theory]
    [InlineData(1, 32)]
    [InlineData(5, 7)]
    [InlineData(8, 4)]
    [InlineData(16, 2)]
    [InlineData(32, 1)]
    [InlineData(100, 1)]
    public void A_batch_takes_one_model_call(int batchSize, int calls)
    {
        using var model = TinyModel.In(_ml, TinyModel.Options with { BatchSize = batchSize });

        var scored = Rows(model);

        Assert.Equal(calls, _calls.Count);
        Assert.Equal(TinyModel.Corpus.Select(row => row.Text), scored.Select(row => row.Text));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100)]
    public void The_size_of_batches_does_not_change_the_scores(int batchSize)
    {
        using var one = TinyModel.In(_ml);
        using var other = TinyModel.In(_ml, TinyModel.Options with { BatchSize = batchSize });

        foreach (var (expected, actual) in Rows(one).Zip(Rows(other)))
        {
            // Padding and the shape of a matrix product change the order of sums.
            Assert.Equal(expected.Score, actual.Score, 1e-4f);
            Assert.Equal(expected.SinkState, actual.SinkState);
        }
    }

    [Fact]
    public void Nothing_is_computed_before_a_value_is_read()
    {
        using var model = TinyModel.In(_ml);
        var view = model.Transform(Corpus());

        using var cursor = view.GetRowCursor(view.Schema);
        Assert.True(cursor.MoveNext());
        var text = default(ReadOnlyMemory<char>);
        cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"])(ref text);

        Assert.Equal(TinyModel.Corpus[0].Text, text.ToString());
        Assert.Equal(0, _calls.Count);
    }

    [Fact]
    public void Only_what_has_a_getter_is_computed()
    {
        using var model = TinyModel.In(_ml);
        var view = model.Transform(Corpus());
        using var cursor = view.GetRowCursor(view.Schema);
        var count = cursor.GetGetter<int>(view.Schema["TokenCount"]);

        Assert.True(cursor.MoveNext());
        var tokens = 0;
        count(ref tokens);

        Assert.Equal("One model call for 32 texts: TokenCount.", Assert.Single(_calls.Lines));
    }

    [Fact]
    public void Columns_read_together_are_computed_in_one_call()
    {
        using var model = TinyModel.In(_ml);

        Rows(model);

        Assert.Equal("One model call for 32 texts: LogProbabilities, TokenCount, SinkState, Features.", Assert.Single(_calls.Lines));
    }

    [Fact]
    public void A_getter_made_late_is_served_for_the_row_at_hand()
    {
        using var model = TinyModel.In(_ml);
        var expected = Rows(model);
        var view = model.Transform(Corpus());
        using var cursor = view.GetRowCursor(view.Schema);
        var score = cursor.GetGetter<float>(view.Schema["Score"]);
        for (var row = 0; row < 3; row++)
        {
            Assert.True(cursor.MoveNext());
            var ignored = 0f;
            score(ref ignored);
        }

        var features = default(VBuffer<float>);
        cursor.GetGetter<VBuffer<float>>(view.Schema["Features"])(ref features);

        Assert.Equal(expected[2].Features, features.DenseValues());
    }

    [Fact]
    public void Reading_inputs_alone_neither_calls_the_model_nor_reads_ahead()
    {
        using var model = TinyModel.In(_ml);
        var source = new RecordingView(Corpus());
        var view = model.Transform(source);

        using var cursor = view.GetRowCursor([view.Schema["Source"]]);
        Assert.True(cursor.MoveNext());

        Assert.Equal(0, _calls.Count);
        Assert.Equal(1, source.RowsRead);
        Assert.Equal(["Source"], Assert.Single(source.Opened));
    }

    [Fact]
    public void Only_the_columns_that_are_needed_are_asked_of_the_input()
    {
        using var model = TinyModel.In(_ml);
        var source = new RecordingView(_ml.Data.LoadFromEnumerable(TinyModel.Corpus.Select(row => new { row.Text, row.Source, Other = 1f, Unused = 2f })));
        var view = model.Transform(source);

        using var cursor = view.GetRowCursor([view.Schema["Score"], view.Schema["Other"]]);

        Assert.Equal(["Other", "Source", "Text"], Assert.Single(source.Opened));
    }

    [Fact]
    public void Rows_keep_the_ids_of_the_input()
    {
        using var model = TinyModel.In(_ml, TinyModel.Options with { BatchSize = 5 });
        var source = Corpus();
        var view = model.Transform(source);

        Assert.Equal(Ids(source, source.Schema["Text"]), Ids(view, view.Schema["Score"]));
        Assert.Equal(Ids(source, source.Schema["Text"]), Ids(view, view.Schema["Text"]));
    }

    [Fact]
    public void Positions_count_rows_and_are_minus_one_outside_them()
    {
        using var model = TinyModel.In(_ml, TinyModel.Options with { BatchSize = 5 });
        var view = model.Transform(Corpus());
        using var cursor = view.GetRowCursor([view.Schema["Score"]]);

        Assert.Equal(-1, cursor.Position);
        for (var row = 0; row < TinyModel.Corpus.Count; row++)
        {
            Assert.True(cursor.MoveNext());
            Assert.Equal(row, cursor.Position);
        }

        Assert.False(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.Equal(-1, cursor.Position);
    }

    [Fact]
    public void A_getter_before_the_first_row_or_after_the_last_says_so()
    {
        using var model = TinyModel.In(_ml);
        var view = model.Transform(Corpus());
        using var cursor = view.GetRowCursor(view.Schema);
        var score = cursor.GetGetter<float>(view.Schema["Score"]);
        var text = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"]);
        var id = cursor.GetIdGetter();
        var (number, words, rowId) = (0f, default(ReadOnlyMemory<char>), default(DataViewRowId));

        void AllRefuse()
        {
            Assert.Contains("MoveNext", Assert.Throws<InvalidOperationException>(() => score(ref number)).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => text(ref words));
            Assert.Throws<InvalidOperationException>(() => id(ref rowId));
        }

        AllRefuse();
        while (cursor.MoveNext()) { }
        AllRefuse();
    }

    [Fact]
    public void A_getter_of_another_type_is_refused_with_both_types()
    {
        using var model = TinyModel.In(_ml);
        var view = model.Transform(Corpus());
        using var cursor = view.GetRowCursor(view.Schema);

        var ours = Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<double>(view.Schema["Score"]));
        Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<double>(view.Schema["Text"]));

        Assert.Contains("System.Single", ours.Message, StringComparison.Ordinal);
        Assert.Contains("System.Double", ours.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_getter_of_a_column_that_was_not_asked_for_is_refused()
    {
        using var model = TinyModel.In(_ml);
        var view = model.Transform(Corpus());
        using var scored = view.GetRowCursor([view.Schema["Score"]]);
        using var passed = view.GetRowCursor([view.Schema["Text"]]);

        Assert.Throws<ArgumentOutOfRangeException>(() => scored.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"]));
        Assert.Throws<ArgumentOutOfRangeException>(() => passed.GetGetter<float>(view.Schema["Score"]));
        Assert.False(scored.IsColumnActive(view.Schema["Text"]));
        Assert.False(passed.IsColumnActive(view.Schema["Score"]));
    }

    [Fact]
    public void A_cursor_disposed_in_the_middle_of_a_batch_ends()
    {
        using var model = TinyModel.In(_ml);
        var view = model.Transform(Corpus());
        var cursor = view.GetRowCursor(view.Schema);
        var score = cursor.GetGetter<float>(view.Schema["Score"]);
        Assert.True(cursor.MoveNext());
        var value = 0f;
        score(ref value);

        cursor.Dispose();

        Assert.False(cursor.MoveNext());
        Assert.Throws<InvalidOperationException>(() => score(ref value));
        Assert.Equal(TinyModel.Corpus.Count, Rows(model).Count);
    }

    [Fact]
    public void A_set_of_cursors_is_one_cursor_over_every_row()
    {
        using var model = TinyModel.In(_ml);
        var view = model.Transform(Corpus());

        using var cursor = Assert.Single(view.GetRowCursorSet(view.Schema, n: 4));

        var rows = 0;
        while (cursor.MoveNext())
            rows++;
        Assert.Equal(TinyModel.Corpus.Count, rows);
    }

    [Fact]
    public void Data_without_rows_is_scored_without_a_model_call()
    {
        using var model = TinyModel.In(_ml);

        Assert.Empty(TinyModel.Score(model, []));
        Assert.Equal(0, _calls.Count);
    }

    private IDataView Corpus() => _ml.Data.LoadFromEnumerable(TinyModel.Corpus);

    private List<ScoredRow> Rows(NullsTransformer model) => [.. _ml.Data.CreateEnumerable<ScoredRow>(model.Transform(Corpus()), reuseRowObject: false)];

    private static List<DataViewRowId> Ids(IDataView view, DataViewSchema.Column column)
    {
        var ids = new List<DataViewRowId>();
        using var cursor = view.GetRowCursor([column]);
        var getter = cursor.GetIdGetter();
        while (cursor.MoveNext())
        {
            var id = default(DataViewRowId);
            getter(ref id);
            ids.Add(id);
        }

        return ids;
    }
}
