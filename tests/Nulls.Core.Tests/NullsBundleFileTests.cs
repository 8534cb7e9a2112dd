using System.Text;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Tests.Support;

namespace Nulls.Tests;

public class NullsBundleFileTests(TinyBundle tiny) : IClassFixture<TinyBundle>
{
    private static readonly ScoringRequest[] Requests =
        [.. TinyBundle.Keys.SelectMany((key, i) => new[] { new ScoringRequest(TinyBundle.Text(i), key), new ScoringRequest(TinyBundle.Text(i), null) })];

    [Fact]
    public void A_saved_model_scores_to_the_bit_what_it_scored_before()
    {
        using var folder = new TemporaryFolder();
        using var forgetful = tiny.Bundle.Unlearn(["book-4"]);
        forgetful.Save(folder["model"]);
        using var loaded = NullsBundle.Load(folder["model"]);
        Assert.Equal(Scores(forgetful), Scores(loaded));
        Assert.Equal(SinkRouting.NearestSources, loaded.Routing);
    }

    [Fact]
    public async Task A_folder_that_is_replaced_again_and_again_is_loaded_whole_each_time()
    {
        using var folder = new TemporaryFolder();
        using var erased = tiny.Bundle.Erase(["book-4"]);
        tiny.Bundle.Save(folder["model"]);
        var replacing = Task.Run(() =>
        {
            for (var i = 0; i < 20; i++)
                (i % 2 == 0 ? erased : tiny.Bundle).Save(folder["model"]);
        });
        while (!replacing.IsCompleted)
        {
            using var loaded = NullsBundle.Load(folder["model"]);
            Assert.Contains(loaded.ModelDigest, (string[])[tiny.Bundle.ModelDigest, erased.ModelDigest]);
        }

        await replacing;
    }

    [Fact]
    public void A_saved_model_stays_unlearned_and_can_be_restored()
    {
        using var folder = new TemporaryFolder();
        using var forgetful = tiny.Bundle.Unlearn(["book-4"]);
        forgetful.Save(folder["model"]);
        using var loaded = NullsBundle.Load(folder["model"]);
        Assert.True(loaded.IsUnlearned("book-4"));
        using var restored = loaded.Restore(["book-4"]);
        ScoringRequest[] own = [new(TinyBundle.Text(4), "book-4")];
        Assert.Equal(tiny.Bundle.Score(own, ScoringOutputs.LogProbabilities)[0].Score, restored.Score(own, ScoringOutputs.LogProbabilities)[0].Score);
    }

    [Fact]
    public void Saving_again_gives_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        tiny.Bundle.Save(folder["first"]);
        using (var loaded = NullsBundle.Load(folder["first"]))
            loaded.Save(folder["second"]);
        foreach (var file in Directory.GetFiles(folder["first"]))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder["second"], Path.GetFileName(file))));
    }

    [FactNeedingBFloat16]
    public void A_model_that_scores_in_16_bits_scores_alike_and_saves_its_32_bit_weights()
    {
        using var folder = new TemporaryFolder();
        tiny.Bundle.Save(folder["first"]);
        using (var loaded = NullsBundle.Load(folder["first"], precision: Precision.BFloat16))
        {
            // 8 bits a product, through two layers: some hundredths of a nat a token.
            Assert.All(Scores(tiny.Bundle).Zip(Scores(loaded)), pair => Assert.Equal(pair.First, pair.Second, 0.1f));
            Assert.NotEqual(Scores(tiny.Bundle), Scores(loaded));
            loaded.Save(folder["second"]);
        }

        Assert.Equal(File.ReadAllBytes(Path.Combine(folder["first"], "model.safetensors")), File.ReadAllBytes(Path.Combine(folder["second"], "model.safetensors")));
    }

    [Fact]
    public void No_key_is_in_the_files_unless_asked_for()
    {
        using var folder = new TemporaryFolder();
        tiny.Bundle.Save(folder["model"]);
        foreach (var file in Directory.GetFiles(folder["model"]))
            Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf("book-"u8));
    }

    [Fact]
    public void A_key_that_was_kept_is_gone_from_the_files_once_its_source_is_unlearned()
    {
        using var folder = new TemporaryFolder();
        using var bundle = TinyBundle.Train(TinyBundle.Options with { KeepSourceKeys = true, Training = TinyBundle.Options.Training with { Passes = 1 } });
        using var forgetful = bundle.Unlearn(["book-6"]);
        forgetful.Save(folder["model"]);
        var all = Directory.GetFiles(folder["model"]).SelectMany(File.ReadAllBytes).ToArray();
        Assert.NotEqual(-1, all.AsSpan().IndexOf("book-5"u8));
        Assert.Equal(-1, all.AsSpan().IndexOf("book-6"u8));
    }

    [Fact]
    public void Any_flipped_byte_of_any_part_is_found()
    {
        using var folder = new TemporaryFolder();
        tiny.Bundle.Save(folder["model"]);
        var random = new Random(5);
        foreach (var file in Directory.GetFiles(folder["model"]))
        {
            var bytes = File.ReadAllBytes(file);
            for (var attempt = 0; attempt < 8; attempt++)
            {
                var damaged = bytes.ToArray();
                damaged[random.Next(damaged.Length)] ^= 0x10;
                File.WriteAllBytes(file, damaged);
                if (Path.GetFileName(file) == "nulls.json")
                    AssertLoadsOrIsRefused(folder["model"]);
                else
                    Assert.Throws<InvalidDataException>(() => NullsBundle.Load(folder["model"]));
            }

            File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
            Assert.Throws<InvalidDataException>(() => NullsBundle.Load(folder["model"]));
            File.Delete(file);
            Assert.Throws<InvalidDataException>(() => NullsBundle.Load(folder["model"]));
            File.WriteAllBytes(file, bytes);
        }
    }

    [Fact]
    public void A_newer_version_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        tiny.Bundle.Save(folder["model"]);
        var manifest = Path.Combine(folder["model"], "nulls.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal));
        Assert.Contains("Update Nulls.MLNet", Assert.Throws<InvalidDataException>(() => NullsBundle.Load(folder["model"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"config\": {", "\"config\": null, \"was\": {")]
    [InlineData("\"width\": 32", "\"width\": -32")]
    [InlineData("\"NearestSources\"", "\"Nowhere\"")]
    [InlineData("\"unlearned\": []", "\"unlearned\": [10]")]
    [InlineData("\"format\": \"Nulls model\"", "\"format\": \"Recipe\"")]
    public void A_manifest_that_makes_no_sense_is_refused(string written, string changed)
    {
        using var folder = new TemporaryFolder();
        tiny.Bundle.Save(folder["model"]);
        var manifest = Path.Combine(folder["model"], "nulls.json");
        var text = File.ReadAllText(manifest);
        Assert.Contains(written, text, StringComparison.Ordinal);
        File.WriteAllText(manifest, text.Replace(written, changed, StringComparison.Ordinal));
        Assert.Throws<InvalidDataException>(() => NullsBundle.Load(folder["model"]));
    }

    [Fact]
    public void A_foreign_folder_is_neither_read_nor_replaced()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["photos"]);
        File.WriteAllText(Path.Combine(folder["photos"], "cat.jpg"), "meow", Encoding.ASCII);
        Assert.Throws<InvalidDataException>(() => NullsBundle.Load(folder["photos"]));
        Assert.Throws<IOException>(() => tiny.Bundle.Save(folder["photos"]));
        Assert.True(File.Exists(Path.Combine(folder["photos"], "cat.jpg")));
        Assert.Throws<DirectoryNotFoundException>(() => NullsBundle.Load(folder["nowhere"]));
    }

    [Fact]
    public void Loading_leaves_no_tensor_behind_whether_it_works_or_not() => LiveTensors.AssertUnchangedBy(() =>
    {
        using var folder = new TemporaryFolder();
        tiny.Bundle.Save(folder["model"]);
        NullsBundle.Load(folder["model"]).Dispose();
        var weights = Path.Combine(folder["model"], "model.safetensors");
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^100]);
        Assert.Throws<InvalidDataException>(() => NullsBundle.Load(folder["model"]));
    });

    // White space and the like may change without changing what the manifest says.
    private static void AssertLoadsOrIsRefused(string folder)
    {
        try
        {
            NullsBundle.Load(folder).Dispose();
        }
        catch (InvalidDataException)
        {
        }
    }

    private static float[] Scores(NullsBundle bundle) => [.. bundle.Score(Requests, ScoringOutputs.LogProbabilities).Select(result => result.Score)];
}
