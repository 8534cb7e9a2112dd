using Nulls.Storage;
using Nulls.Tests.Support;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Tests.Training;

/// <summary>Work folders that a training does not go on with, or that cannot be written.</summary>
public sealed class RefusedCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly NullsBundleOptions _options;

    public RefusedCheckpointTests()
    {
        _options = TinyBundle.Options with
        {
            WorkFolder = Work,
            Training = new TrainingOptions { Passes = 6, RowsPerStep = 4, LearningRate = 1e-2, StepsPerReport = 4 },
        };
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => NullsBundle.Train(TinyBundle.Corpus(), _options, new Callback(cancellation.Cancel), cancellationToken: cancellation.Token));
    }

    private string Work => _folder["work"];

    private string Checkpoint => _folder["work", "checkpoint"];

    [Fact]
    public void Another_option_is_refused_with_both_values() => AssertRefused(
        "Training.LearningRate is 0.01 there and 0.02 here", _options with { Training = _options.Training with { LearningRate = 0.02 } });

    [Fact]
    public void Another_size_is_refused_with_both_values() => AssertRefused(
        "Model.Width is 32 there and 64 here", _options with { Model = _options.Model with { Width = 64 } });

    [Fact]
    public void Every_difference_is_named() => AssertRefused(
        "Seed is 3 there and 4 here; Training.Passes is 6 there and 7 here", _options with { Seed = 4, Training = _options.Training with { Passes = 7 } });

    [Fact]
    public void Another_corpus_is_refused_with_both_sizes()
    {
        var error = AssertRefused("Corpus is 30 documents of", _options, corpus: [.. TinyBundle.Corpus(), new Document("One more.", null)]);
        Assert.Contains("there and 31 documents of", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_text_of_the_same_size_is_refused() => AssertRefused(
        "Corpus is 30 documents of", _options, corpus: [.. TinyBundle.Corpus().Select(document => document with { Text = document.Text.Replace("table", "chair", StringComparison.Ordinal) })]);

    [Fact]
    public void Other_keys_of_the_same_texts_are_refused() => AssertRefused(
        "Corpus is 30 documents of", _options, corpus: [.. TinyBundle.Corpus().Select(document => document.Source == "book-3" ? document with { Source = "volume-3" } : document)]);

    [Fact]
    public void Another_tokenizer_is_refused() => AssertRefused(
        "Tokenizer is one trained to 300 tokens", _options with { Tokenizer = new TokenizerOptions { VocabularySize = 290 } });

    [Fact]
    public void Other_validation_texts_are_refused() => AssertRefused(
        "Validation is none there and 1 documents of", _options, validation: [new Document("Held out.", null)]);

    [Fact]
    public void Another_version_of_the_library_is_refused_with_both()
    {
        Replace("\"Version of Nulls\": \"1.0.0.0\"", "\"Version of Nulls\": \"0.9.0.0\"");
        AssertRefused("Version of Nulls is 0.9.0.0 there and 1.0.0.0 here", _options);
    }

    [Fact]
    public void A_newer_format_is_refused()
    {
        Replace("\"version\": 1", "\"version\": 2");
        Assert.Contains("has version 2 of the format, and this library reads version 1", Refusal<InvalidDataException>(_options), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Float8")]
    [InlineData("Auto")]
    [InlineData("7")]
    public void A_precision_that_no_training_runs_in_is_refused(string name)
    {
        SavedPrecision.Replace(Work, name);
        Assert.Contains($"says that products run in '{name}', which is no precision", Refusal<InvalidDataException>(_options), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("optimiser.safetensors")]
    [InlineData("sources.bin")]
    public void A_changed_bit_is_refused_by_its_files_name(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Checkpoint, name));
        bytes[^5] ^= 1;
        File.WriteAllBytes(Path.Combine(Checkpoint, name), bytes);
        var message = Refusal<InvalidDataException>(_options);
        Assert.Contains($"The checkpoint is damaged in '{Path.Combine(Checkpoint, name)}'", message, StringComparison.Ordinal);
        Assert.Contains("Restore the work folder from a copy, or delete it", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("optimiser.safetensors")]
    [InlineData("sources.bin")]
    [InlineData("checkpoint.json")]
    public void A_missing_file_is_refused_by_its_name(string name)
    {
        File.Delete(Path.Combine(Checkpoint, name));
        Assert.Contains($"{name}' is missing", Refusal<InvalidDataException>(_options), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("checkpoint.json")]
    public void A_truncated_file_is_refused(string name)
    {
        using (var file = File.OpenWrite(Path.Combine(Checkpoint, name)))
            file.SetLength(file.Length / 2);
        Assert.Contains(name, Refusal<InvalidDataException>(_options), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_processes_do_not_train_in_one_folder()
    {
        using var held = WorkFolder.Open(Work);
        Assert.Contains("Another process trains in the work folder", Refusal<IOException>(_options), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_no_work_folder()
    {
        File.WriteAllText(_folder["file"], "");
        Assert.Contains("is a file", Assert.Throws<IOException>(() => Train(_options with { WorkFolder = _folder["file"] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_holds_something_else_is_no_work_folder()
    {
        Directory.CreateDirectory(_folder["mine"]);
        File.WriteAllText(_folder["mine", "thesis.txt"], "mine");
        Assert.Contains("holds something else", Assert.Throws<IOException>(() => Train(_options with { WorkFolder = _folder["mine"] })).Message, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder["mine"]));
    }

    [Fact]
    public void A_first_checkpoint_that_cannot_be_written_is_an_error_before_the_first_step()
    {
        var options = _options with { WorkFolder = _folder["other"] };
        WorkFolder.Open(_folder["other"]).Dispose();
        // A folder stands where the lock of the checkpoint's folder is to be.
        Directory.CreateDirectory(_folder["other", "checkpoint.lock"]);
        Assert.ThrowsAny<SystemException>(() => Train(options, new Callback(() => Assert.Fail("A step was made."))));
    }

    [Fact]
    public void A_later_checkpoint_that_cannot_be_written_is_a_warning_and_the_earlier_one_stays()
    {
        var warnings = new List<string>();
        var blocked = _folder["work", "checkpoint.lock"];
        var options = _options with { Training = _options.Training with { StepsPerCheckpoint = 1 } };
        var before = File.ReadAllBytes(Path.Combine(Checkpoint, "checkpoint.json"));
        using (var bundle = Train(options, new Callback(() => Directory.CreateDirectory(blocked)), warnings.Add))
            Assert.Equal(10, bundle.Sources.Count);
        Assert.Contains(warnings, warning => warning.StartsWith("The training goes on, but the checkpoint of step ", StringComparison.Ordinal));
        Assert.Contains(warnings, warning => warning.StartsWith("The trained model is whole, but the checkpoint of step ", StringComparison.Ordinal));

        Directory.Delete(blocked);
        using var again = Train(options);
        Assert.NotEqual(before, File.ReadAllBytes(Path.Combine(Checkpoint, "checkpoint.json")));
    }

    [Fact]
    public void A_training_that_diverges_leaves_the_last_checkpoint_that_was_sound()
    {
        var options = _options with { WorkFolder = _folder["wild"], Training = _options.Training with { LearningRate = 1e30, StepsPerReport = 1000, StepsPerCheckpoint = 1 } };
        Assert.Contains("diverged", Assert.Throws<InvalidOperationException>(() => Train(options)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\"isFinished\": true", File.ReadAllText(_folder["wild", "checkpoint", "checkpoint.json"]), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static NullsBundle Train(NullsBundleOptions options, IProgress<TrainingProgress>? progress = null, Action<string>? warn = null) =>
        NullsBundle.Train(TinyBundle.Corpus(), options, progress, warn);

    private string AssertRefused(string reason, NullsBundleOptions options, IEnumerable<Document>? corpus = null, IEnumerable<Document>? validation = null)
    {
        var message = Refusal<InvalidOperationException>(options, corpus, validation);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.Contains(Work, message, StringComparison.Ordinal);
        return message;
    }

    // Whatever is refused, nothing in the folder changes.
    private string Refusal<T>(NullsBundleOptions options, IEnumerable<Document>? corpus = null, IEnumerable<Document>? validation = null)
        where T : Exception
    {
        var before = Contents();
        var progress = new Callback(() => Assert.Fail("A step was made."));
        var error = Assert.Throws<T>(() => NullsBundle.Train(corpus ?? TinyBundle.Corpus(), options, validation ?? [], progress));
        Assert.Equal(before, Contents());
        return error.Message;
    }

    private string[] Contents() =>
        [.. Directory.EnumerateFiles(Work, "*", SearchOption.AllDirectories).Order().Select(path => $"{path} {(Path.GetFileName(path) == "lock" ? "" : Convert.ToHexString(File.ReadAllBytes(path)))}")];

    private void Replace(string text, string other)
    {
        var path = Path.Combine(Checkpoint, "checkpoint.json");
        var json = File.ReadAllText(path);
        Assert.Contains(text, json, StringComparison.Ordinal);
        File.WriteAllText(path, json.Replace(text, other, StringComparison.Ordinal));
    }

    private sealed class Callback(Action report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report();
    }
}
