using Microsoft.ML;
using Nulls.Training;

namespace Nulls.MLNet.Tests;

/// <summary>Corpora that are brought into a work folder as tokens and trained on from there.</summary>
public sealed class StoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_work_folder_gives_the_model_that_memory_gives(bool shuffleSentences)
    {
        var options = TinyModel.Options with { Training = new TrainingOptions { Passes = 5, ShuffleSentences = shuffleSentences } };
        using var inMemory = _ml.Nulls(options).Fit(_ml.Data.LoadFromEnumerable(TinyModel.Corpus));
        using var onDisk = _ml.Nulls(options with { WorkFolder = _folder["work"] }).Fit(_ml.Data.LoadFromEnumerable(TinyModel.Corpus));
        Assert.Equal(TinyModel.Scores(inMemory, TinyModel.Corpus), TinyModel.Scores(onDisk, TinyModel.Corpus));
        Row[] unknown = [new Row { Text = "Whoever enters house 3 meets" }, new Row { Text = "Nothing of this is known." }];
        Assert.Equal(TinyModel.Scores(inMemory, unknown), TinyModel.Scores(onDisk, unknown));
    }

    [Fact]
    public void A_view_is_read_twice_and_once_when_the_store_is_there()
    {
        var view = new RecordingView(_ml.Data.LoadFromEnumerable(TinyModel.Corpus));
        var estimator = _ml.Nulls(Options);
        estimator.Fit(view).Dispose();
        Assert.Equal(2, view.Opened.Count);
        estimator.Fit(view).Dispose();
        Assert.Equal(3, view.Opened.Count);
        Assert.All(view.Opened, columns => Assert.Equal(["Source", "Text"], columns));
    }

    [Fact]
    public void An_index_of_texts_that_is_asked_for_later_is_made_then()
    {
        _ml.Nulls(Options with { Routing = Inference.SinkRouting.Backbone }).Fit(_ml.Data.LoadFromEnumerable(TinyModel.Corpus)).Dispose();
        using var routed = _ml.Nulls(Options).Fit(_ml.Data.LoadFromEnumerable(TinyModel.Corpus));
        var found = TinyModel.Score(routed, [new Row { Text = "Whoever enters house 3 meets two mice." }]);
        Assert.Equal("Routed", found[0].SinkState);
    }

    [Fact]
    public void Texts_without_tokens_are_counted_and_left_out()
    {
        var warnings = new List<string>();
        _ml.Log += (_, line) => warnings.Add(line.RawMessage);
        Row[] rows = [.. TinyModel.Corpus, new Row { Text = "", Source = "house-1" }, new Row { Text = "\u2003", Source = "house-2" }, new Row { Text = "" }];
        using var model = _ml.Nulls(Options with { Training = Options.Training with { ShuffleSentences = true } }).Fit(_ml.Data.LoadFromEnumerable(rows));
        Assert.Contains("2 documents have no text, and 1 a text without tokens: they are left out.", warnings);
    }

    [Fact]
    public void Texts_that_have_no_token_at_all_are_refused_before_training()
    {
        Row[] rows = [new Row { Text = " ", Source = "a" }, new Row { Text = "\u2003\t", Source = "b" }];
        var options = Options with { Training = Options.Training with { ShuffleSentences = true } };
        Assert.Contains("No text of any source has a token", Assert.Throws<ArgumentException>(() => _ml.Nulls(options).Fit(_ml.Data.LoadFromEnumerable(rows))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_longer_than_the_context_are_cut()
    {
        Row[] rows = [.. TinyModel.Corpus, new Row { Text = string.Join(' ', Enumerable.Range(0, 500)), Source = "long" }];
        using var model = _ml.Nulls(Options).Fit(_ml.Data.LoadFromEnumerable(rows));
        Assert.True(float.IsFinite(TinyModel.Scores(model, [rows[^1]])[0]));
    }

    [FactOnLinux]
    public void A_disk_that_is_too_small_for_the_tokens_is_an_error_that_names_the_file_and_the_next_run_goes_on()
    {
        Row[] rows = [.. TinyModel.Corpus, .. Enumerable.Range(0, 4000).Select(i => new Row { Text = $"House {i} has {i * 17 % 901} windows, and {i * 31 % 701} doors." })];
        var options = Options with { Training = new TrainingOptions { Passes = 1 }, Generation = null };
        IOException error;
        using (new FileSizeLimit(largestFile: 64 << 10))
            error = Assert.Throws<IOException>(() => _ml.Nulls(options).Fit(_ml.Data.LoadFromEnumerable(rows)));
        Assert.Contains("segment-000000.tokens", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder["work", "store"]), path => path.Contains("segment", StringComparison.Ordinal));
        using var model = _ml.Nulls(options).Fit(_ml.Data.LoadFromEnumerable(rows));
        Assert.Single(Directory.EnumerateFiles(_folder["work", "store"], "segment-*"));
    }

    public void Dispose() => _folder.Dispose();

    private NullsOptions Options => TinyModel.Options with { Training = new TrainingOptions { Passes = 1 }, WorkFolder = _folder["work"] };
}
