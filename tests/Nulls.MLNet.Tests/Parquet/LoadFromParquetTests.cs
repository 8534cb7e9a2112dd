using Microsoft.ML;
using Microsoft.ML.Data;
using Nulls.MLNet.Parquet;
using Nulls.Training;
using Parquet;
using Parquet.Schema;

namespace Nulls.MLNet.Tests.Parquet;

/// <summary>Files in the layout of wikimedia/wikipedia, with three rows a row group.</summary>
public sealed class LoadFromParquetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Text_and_title_of_every_row_group_come_in_order()
    {
        Write("a.parquet", first: 0, count: 8);
        var view = _ml.Data.LoadFromParquet(_folder["a.parquet"]);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"Text of {i}."), view.GetColumn<string>("Text"));
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"Title {i}"), view.GetColumn<string>("Source"));
        Assert.Equal(8, view.GetRowCount());
    }

    [Theory]
    [InlineData("*.parquet")]
    [InlineData("part-?.parquet")]
    [InlineData("")]
    public void Files_of_a_folder_or_a_pattern_come_in_the_order_of_their_names(string pattern)
    {
        Write("part-b.parquet", first: 5, count: 4);
        Write("part-a.parquet", first: 0, count: 5);
        File.WriteAllText(_folder["readme.txt"], "no Parquet");
        var view = _ml.Data.LoadFromParquet(Path.Combine(_folder.Path, pattern));
        Assert.Equal(Enumerable.Range(0, 9).Select(i => $"Text of {i}."), view.GetColumn<string>("Text"));
    }

    [Fact]
    public void Columns_are_chosen_and_named()
    {
        Write("a.parquet", first: 0, count: 4);
        var view = _ml.Data.LoadFromParquet(_folder["a.parquet"], new ParquetColumns { Text = "title", Source = "url", TextName = "Heading", SourceName = "Where" });
        Assert.Equal("Title 3", view.GetColumn<string>("Heading").Last());
        Assert.Equal("https://example.org/3", view.GetColumn<string>("Where").Last());
    }

    [Fact]
    public void Without_a_source_column_every_source_is_empty()
    {
        Write("a.parquet", first: 0, count: 4);
        var view = _ml.Data.LoadFromParquet(_folder["a.parquet"], new ParquetColumns { Source = null });
        Assert.All(view.GetColumn<string>("Source"), source => Assert.Equal("", source));
    }

    [Fact]
    public void A_missing_value_is_empty()
    {
        Write("a.parquet", first: 0, count: 4, text: i => i == 2 ? null : $"Text {i}");
        Assert.Equal(["Text 0", "Text 1", "", "Text 3"], _ml.Data.LoadFromParquet(_folder["a.parquet"]).GetColumn<string>("Text"));
    }

    [Fact]
    public void Rows_can_be_read_again_shuffled_taken_and_split()
    {
        Write("a.parquet", first: 0, count: 50);
        var view = _ml.Data.LoadFromParquet(_folder["a.parquet"]);
        Assert.Equal(view.GetColumn<string>("Text"), view.GetColumn<string>("Text"));
        var shuffled = _ml.Data.ShuffleRows(view, seed: 1).GetColumn<string>("Text").ToArray();
        Assert.NotEqual(view.GetColumn<string>("Text"), shuffled);
        Assert.Equal(view.GetColumn<string>("Text").Order(), shuffled.Order());
        Assert.Equal(7, _ml.Data.TakeRows(view, 7).GetColumn<string>("Text").Count());
        var split = _ml.Data.TrainTestSplit(view, testFraction: 0.2);
        Assert.Equal(50, split.TrainSet.GetColumn<string>("Text").Concat(split.TestSet.GetColumn<string>("Text")).Distinct().Count());
    }

    [Fact]
    public void A_model_is_trained_on_Parquet_files_from_a_work_folder()
    {
        Write("a.parquet", first: 0, count: 6);
        Write("b.parquet", first: 6, count: 6);
        var view = _ml.Data.LoadFromParquet(_folder.Path);
        using var model = _ml.Nulls(TinyModel.Options with { Training = new TrainingOptions { Passes = 1 }, WorkFolder = _folder["work"] }).Fit(view);
        Assert.Equal(12, model.Bundle.Sources.Count);
        Assert.True(model.Bundle.Sources.TryGetIndex("Title 11", out _));
    }

    [Fact]
    public void A_truncated_file_is_refused_at_any_length()
    {
        Write("a.parquet", first: 0, count: 8);
        var bytes = File.ReadAllBytes(_folder["a.parquet"]);
        for (var length = bytes.Length - 1; length >= 0; length -= 37)
        {
            File.WriteAllBytes(_folder["cut.parquet"], bytes[..length]);
            AssertRefused("cut.parquet' is no Parquet file, or a truncated one", "cut.parquet");
        }
    }

    [Fact]
    public void A_file_that_is_no_Parquet_is_refused()
    {
        File.WriteAllText(_folder["a.parquet"], new string('x', 1000));
        AssertRefused("is no Parquet file", "a.parquet");
    }

    [Fact]
    public void A_damaged_row_group_is_told_when_it_is_read()
    {
        Write("a.parquet", first: 0, count: 300);
        var bytes = File.ReadAllBytes(_folder["a.parquet"]);
        bytes.AsSpan(4, bytes.Length / 2).Fill(0xff);
        File.WriteAllBytes(_folder["a.parquet"], bytes);
        var view = _ml.Data.LoadFromParquet(_folder["a.parquet"]);
        Assert.Contains("is damaged", Assert.Throws<InvalidDataException>(() => view.GetColumn<string>("Text").ToArray()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_column_is_refused_with_those_that_are_there()
    {
        Write("a.parquet", first: 0, count: 3);
        AssertRefused("has no column 'body'; it has 'id', 'url', 'title', 'text', 'views'", "a.parquet", new ParquetColumns { Text = "body" });
    }

    [Fact]
    public void A_column_of_another_type_is_refused()
    {
        Write("a.parquet", first: 0, count: 3);
        AssertRefused("Schema mismatch for column 'views'", "a.parquet", new ParquetColumns { Source = "views" });
    }

    [Theory]
    [InlineData("none.parquet")]
    [InlineData("none-*.parquet")]
    public void A_path_without_a_file_is_refused(string path) =>
        Assert.Contains(path, Assert.Throws<FileNotFoundException>(() => _ml.Data.LoadFromParquet(_folder[path])).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_that_are_the_same_are_refused() =>
        Assert.Contains("two names", Assert.Throws<ArgumentException>(() => _ml.Data.LoadFromParquet("a", new ParquetColumns { TextName = "A", SourceName = "A" })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_column_that_was_not_asked_for_and_another_type_are_refused()
    {
        Write("a.parquet", first: 0, count: 3);
        var view = _ml.Data.LoadFromParquet(_folder["a.parquet"]);
        using var cursor = view.GetRowCursor([view.Schema["Text"]]);
        Assert.Throws<ArgumentOutOfRangeException>(() => cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Source"]));
        Assert.Throws<ArgumentException>(() => cursor.GetGetter<float>(view.Schema["Text"]));
        var text = default(ReadOnlyMemory<char>);
        var getter = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Text"]);
        Assert.Throws<InvalidOperationException>(() => getter(ref text));
    }

    public void Dispose() => _folder.Dispose();

    private void AssertRefused(string reason, string file, ParquetColumns? columns = null) =>
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => _ml.Data.LoadFromParquet(_folder[file], columns)).Message, StringComparison.Ordinal);

    private void Write(string file, int first, int count, Func<int, string?>? text = null)
    {
        var schema = new ParquetSchema(new DataField<string>("id"), new DataField<string>("url"), new DataField<string>("title"), new DataField<string>("text"), new DataField<long>("views"));
        using var stream = File.Create(_folder[file]);
        WriteAsync().GetAwaiter().GetResult();

        async Task WriteAsync()
        {
            await using var writer = await ParquetWriter.CreateAsync(schema, stream);
            foreach (var rows in Enumerable.Range(first, count).Chunk(3))
            {
                using var group = writer.CreateRowGroup();
                await group.WriteAsync(schema.DataFields[0], (string?[])[.. rows.Select(i => $"{i}")]);
                await group.WriteAsync(schema.DataFields[1], (string?[])[.. rows.Select(i => $"https://example.org/{i}")]);
                await group.WriteAsync(schema.DataFields[2], (string?[])[.. rows.Select(i => $"Title {i}")]);
                await group.WriteAsync(schema.DataFields[3], (string?[])[.. rows.Select(i => text is null ? $"Text of {i}." : text(i))]);
                await group.WriteAsync<long>(schema.DataFields[4], rows.Select(i => (long)i).ToArray());
            }
        }
    }
}
