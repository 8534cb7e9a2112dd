using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Nulls.MLNet.Tests.Persistence;

public class ModelFileTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void A_model_alone_scores_the_same_after_a_file()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.In(_ml);
        _ml.Model.Save(model, Corpus().Schema, folder["model.zip"]);

        using var loaded = Assert.IsType<NullsTransformer>(new MLContext().Model.Load(folder["model.zip"], out var schema));

        AssertSameScores(model, loaded);
        Assert.Equal(["Text", "Source"], schema.Select(column => column.Name));
    }

    [Fact]
    public void A_model_scores_the_same_after_a_stream_without_a_schema()
    {
        using var model = TinyModel.In(_ml);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, null, stream);

        using var loaded = Assert.IsType<NullsTransformer>(new MLContext().Model.Load(stream, out var schema));

        AssertSameScores(model, loaded);
        Assert.Null(schema);
    }

    [Fact]
    public void A_chain_with_a_model_between_transforms_scores_the_same()
    {
        using var model = TinyModel.In(_ml);
        var before = _ml.Transforms.CopyColumns("Copy", "Text").Fit(Corpus());
        var after = _ml.Transforms.Concatenate("All", "Score", "Features").Fit(model.Transform(Corpus()));
        var chain = before.Append(model).Append(after);

        var loaded = Reload(chain);

        Assert.Equal(
            chain.Transform(Corpus()).GetColumn<float[]>("All").SelectMany(values => values),
            loaded.Transform(Corpus()).GetColumn<float[]>("All").SelectMany(values => values));
        ((IDisposable)loaded).Dispose();
    }

    [Fact]
    public void Two_models_in_one_chain_are_kept_apart()
    {
        using var model = TinyModel.In(_ml);
        using var forgetful = TinyModel.In(_ml, CompositionTests.WithPrefix("Second")).Unlearn(TinyModel.Sources);
        var chain = model.Append(forgetful);

        var loaded = Reload(chain);

        foreach (var column in (string[])["Score", "SecondScore"])
            Assert.Equal(chain.Transform(Corpus()).GetColumn<float>(column), loaded.Transform(Corpus()).GetColumn<float>(column));
        ((IDisposable)loaded).Dispose();
    }

    [Fact]
    public void A_model_is_saved_and_loaded_with_a_data_loader()
    {
        using var folder = new TemporaryFolder();
        using var model = TinyModel.In(_ml);
        File.WriteAllLines(folder["rows.tsv"], TinyModel.Sourced.Select(row => $"{row.Text}\t{row.Source}"));
        var loader = _ml.Data.CreateTextLoader([new("Text", DataKind.String, 0), new("Source", DataKind.String, 1)]);
        _ml.Model.Save(model, loader, folder["model.zip"]);

        var loaded = new MLContext().Model.LoadWithDataLoader(folder["model.zip"], out var loadedLoader);

        var scored = loaded.Transform(loadedLoader.Load(new MultiFileSource(folder["rows.tsv"])));
        Assert.Equal(TinyModel.Scores(model, TinyModel.Sourced), scored.GetColumn<float>("Score"));
        ((IDisposable)loaded).Dispose();
    }

    [Fact]
    public void A_loaded_model_predicts_one_row_at_a_time()
    {
        using var model = TinyModel.In(_ml);
        using var expected = _ml.Model.CreatePredictionEngine<Row, ScoreOnly>(model, new PredictionEngineOptions { OwnsTransformer = false });
        using var actual = new MLContext().Model.CreatePredictionEngine<Row, ScoreOnly>(Reload(model));

        Assert.All(TinyModel.Corpus, row => Assert.Equal(expected.Predict(row).Score, actual.Predict(row).Score));
    }

    [Fact]
    public void Names_batches_generation_and_routing_are_kept()
    {
        using var model = TinyModel.In(_ml, CompositionTests.WithPrefix("My") with { BatchSize = 3 }).WithRouting(Inference.SinkRouting.Backbone);
        var ml = new MLContext();
        var calls = new ModelCalls(ml);

        using var loaded = (NullsTransformer)Reload(model, ml);
        var view = loaded.Transform(Corpus());
        Assert.Equal(model.Transform(Corpus()).GetColumn<string>("MyCompletion"), view.GetColumn<string>("MyCompletion"));

        // Three rows a call: 32 rows make 11.
        Assert.Equal(11, calls.Count);
        Assert.Equal(Inference.SinkRouting.Backbone, loaded.Bundle.Routing);
    }

    [Fact]
    public void How_texts_are_continued_is_kept()
    {
        var generation = new Inference.GenerationOptions { MaxTokens = 9, Temperature = 0.8, TopK = 30, TopP = 0.9, MinP = 0.05, StopStrings = ["v", "zz"], Seed = 3 };
        var starts = _ml.Data.LoadFromEnumerable(TinyModel.Corpus.Select(row => new Row { Text = "In house 3", Source = row.Source }));
        using var model = TinyModel.In(_ml, TinyModel.Options with { Generation = generation });
        using var unstopped = TinyModel.In(_ml, TinyModel.Options with { Generation = generation with { StopStrings = [] } });
        using var loaded = (NullsTransformer)Reload(model);
        var completions = Completions(loaded);

        Assert.Equal(Completions(model), completions);
        Assert.DoesNotContain(completions, completion => completion.Contains('v'));
        Assert.Contains(Completions(unstopped), completion => completion.Contains('v'));

        string[] Completions(NullsTransformer transformer) => [.. transformer.Transform(starts).GetColumn<string>("Completion")];
    }

    [Fact]
    public void What_was_unlearned_stays_unlearned_and_can_be_restored()
    {
        using var model = TinyModel.In(_ml);
        using var forgetful = model.Unlearn("house-2");

        using var loaded = (NullsTransformer)Reload(forgetful);
        using var restored = loaded.Restore("house-2");

        AssertSameScores(forgetful, loaded);
        Assert.Equal(TinyModel.Scores(model, TinyModel.Sourced), TinyModel.Scores(restored, TinyModel.Sourced));
    }

    [Fact]
    public void A_chain_unlearned_after_loading_survives_another_file()
    {
        using var model = TinyModel.In(_ml);
        var chain = _ml.Transforms.CopyColumns("Copy", "Text").Fit(Corpus()).Append(model);

        var loaded = Reload(chain);
        var forgetful = loaded.Unlearn("house-4");
        var again = Reload(forgetful);

        Assert.Equal(forgetful.Transform(Corpus()).GetColumn<float>("Score"), again.Transform(Corpus()).GetColumn<float>("Score"));
        Assert.All(
            TinyModel.Sourced.Zip(again.Transform(_ml.Data.LoadFromEnumerable(TinyModel.Sourced)).GetColumn<string>("SinkState")),
            pair => Assert.Equal(pair.First.Source != "house-4", pair.Second == "Own"));
        foreach (var part in (ITransformer[])[loaded, forgetful, again])
            ((IDisposable)part).Dispose();
    }

    [Fact]
    public void Saving_what_was_loaded_gives_the_same_parts_to_the_byte()
    {
        using var model = TinyModel.In(_ml);
        using var first = Save(model);
        using var loaded = (NullsTransformer)new MLContext().Model.Load(first, out _);
        using var second = Save(loaded);

        Assert.Equal(
            Entries(first).Select(entry => (entry.Name, Convert.ToHexString(SHA256.HashData(entry.Bytes)))),
            Entries(second).Select(entry => (entry.Name, Convert.ToHexString(SHA256.HashData(entry.Bytes)))));
    }

    [Fact]
    public void The_file_names_the_assembly_without_a_version()
    {
        using var model = TinyModel.In(_ml);
        using var stream = Save(model);

        // UTF-16, as ML.NET writes it.
        var key = Encoding.Unicode.GetString(Entries(stream).Single(entry => entry.Name.EndsWith("Model.key", StringComparison.Ordinal)).Bytes);

        Assert.Contains("Nulls.MLNet", key, StringComparison.Ordinal);
        Assert.DoesNotContain("Version=", key, StringComparison.Ordinal);
    }

    [Fact]
    public void No_word_of_an_unlearned_source_is_in_the_file()
    {
        using var model = TinyModel.In(_ml);
        using var forgetful = model.Unlearn("house-5");
        using var whole = Save(model);
        using var cut = Save(forgetful);

        Assert.True(Holds(whole, "house-5"));
        Assert.False(Holds(cut, "house-5"));
        Assert.True(Holds(cut, "house-4"));
    }

    [Fact]
    public void Saving_leaves_no_tensor_and_no_temporary_file()
    {
        using var folder = new TemporaryFolder();
        var ml = new MLContext { TempFilePath = folder.Path };
        using var model = TinyModel.In(ml);

        LiveTensors.AssertUnchangedBy(() =>
        {
            using var stream = new MemoryStream();
            ml.Model.Save(model, null, stream);
            ((IDisposable)ml.Model.Load(stream, out _)).Dispose();
        });

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_disposed_model_cannot_be_saved()
    {
        var model = TinyModel.In(_ml);
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _ml.Model.Save(model, null, new MemoryStream()));
    }

    internal static ITransformer Reload(ITransformer model, MLContext? into = null)
    {
        using var stream = Save(model);
        return (into ?? new MLContext()).Model.Load(stream, out _);
    }

    internal static MemoryStream Save(ITransformer model)
    {
        var stream = new MemoryStream();
        new MLContext().Model.Save(model, null, stream);
        return stream;
    }

    internal static List<(string Name, byte[] Bytes)> Entries(Stream stream)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        return [.. archive.Entries.Select(entry =>
        {
            using var content = entry.Open();
            using var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return (entry.FullName, bytes.ToArray());
        })];
    }

    private static bool Holds(Stream stream, string word) => Entries(stream).Exists(entry =>
        entry.Bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)) >= 0 || entry.Bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(word)) >= 0);

    private static void AssertSameScores(ITransformer expected, ITransformer actual) => Assert.Equal(
        TinyModel.Score(expected, TinyModel.Corpus).SelectMany(row => row.TokenLogProbabilities),
        TinyModel.Score(actual, TinyModel.Corpus).SelectMany(row => row.TokenLogProbabilities));

    private IDataView Corpus() => _ml.Data.LoadFromEnumerable(TinyModel.Corpus);
}
