using Nulls.Inference;
using Nulls.Sinks;
using Nulls.Storage;
using Nulls.Tests.Support;

namespace Nulls.Tests;

public class NullsBundleErasureTests(TinyBundle tiny) : IClassFixture<TinyBundle>
{
    private static readonly ScoringRequest[] OwnTexts = [.. TinyBundle.Keys.Select((key, i) => new ScoringRequest(TinyBundle.Text(i), key))];

    [Fact]
    public void An_erased_source_is_unknown_and_its_text_is_scored_by_the_backbone()
    {
        using var backbone = tiny.Bundle.WithRouting(SinkRouting.Backbone);
        using var erased = backbone.Erase(["book-3"]);
        Assert.Contains("'book-3'", Assert.Throws<ArgumentException>(() => erased.Restore(["book-3"])).Message);
        var result = erased.Score([OwnTexts[3]], ScoringOutputs.LogProbabilities | ScoringOutputs.SinkState).Single();
        Assert.Equal(SinkState.Backbone, result.SinkState);
        Assert.Equal(Scores(backbone, [OwnTexts[3] with { Source = null }])[0], result.Score);
    }

    [Fact]
    public void Those_who_share_sinks_with_the_erased_are_counted_and_nobody_else_changes()
    {
        using var crowded = TinyBundle.Train(TinyBundle.Options with
        {
            Model = TinyBundle.Options.Model with { Allocation = SinkAllocationKind.Hashed, SinkPoolWidth = 40 },
            Training = TinyBundle.Options.Training with { Passes = 2 },
        });
        var impact = crowded.ImpactOfErasing(["book-3"]);
        using var erased = crowded.Erase(["book-3"]);
        var affected = Enumerable.Range(0, OwnTexts.Length).Where(i => i != 3 && Scores(crowded, [OwnTexts[i]])[0] != Scores(erased, [OwnTexts[i]])[0]).ToArray();
        Assert.InRange(affected.Length, 1, 8);
        Assert.Equal(impact.AffectedCount, affected.Length);
        Assert.Equal(impact.MostAffected.Select(source => source.SourceIndex).Order(), affected);
    }

    [Fact]
    public void No_byte_of_weights_id_or_terms_of_an_erased_source_is_in_the_files()
    {
        using var whole = new TemporaryFolder();
        using var rest = new TemporaryFolder();
        tiny.Bundle.Save(Path.Combine(whole.Path, "model"));
        using (var erased = tiny.Bundle.Erase(["book-3"]))
            erased.Save(Path.Combine(rest.Path, "model"));

        // Every weight of the erased source's sinks, its id, and a term that it alone uses were in the files, and are no longer.
        var before = Bytes(whole);
        var after = Bytes(rest);
        foreach (var trace in Traces(3))
        {
            Assert.True(Holds(before, trace));
            Assert.False(Holds(after, trace));
        }

        // No sink is shared here, so others keep theirs.
        Assert.All(Traces(4), trace => Assert.True(Holds(after, trace)));
        using var loaded = NullsBundle.Load(Path.Combine(rest.Path, "model"));
        Assert.False(loaded.Sources.TryGetIndex("book-3", out _));
        Assert.Equal(1, loaded.UnlearnedCount);
    }

    [Fact]
    public void A_key_that_was_kept_is_in_no_file_of_an_erased_or_compact_model()
    {
        using var named = TinyBundle.Train(TinyBundle.Options with { KeepSourceKeys = true, Training = TinyBundle.Options.Training with { Passes = 1 } });
        using var erased = named.Erase(["book-3"]);
        using var compact = named.Compact(["book-2", "book-4"]);
        var key = "book-3"u8.ToArray();
        Assert.True(Holds(FilesOf(named), key));
        Assert.False(Holds(FilesOf(erased), key));
        Assert.False(Holds(FilesOf(compact), key));
        Assert.True(Holds(FilesOf(compact), "book-2"u8.ToArray()));

        static byte[] FilesOf(NullsBundle bundle)
        {
            using var folder = new TemporaryFolder();
            bundle.Save(Path.Combine(folder.Path, "model"));
            return Bytes(folder);
        }
    }

    [Fact]
    public void An_erased_model_saved_over_the_one_before_leaves_no_file_of_it()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model");
        tiny.Bundle.Save(path);
        var traces = Traces(3);
        using (var erased = tiny.Bundle.Erase(["book-3"]))
            erased.Save(path);
        var bytes = Bytes(folder);
        Assert.All(traces, trace => Assert.False(Holds(bytes, trace)));
    }

    [Fact]
    public void Erasing_leaves_the_first_bundle_as_it_is()
    {
        var before = Scores(tiny.Bundle, OwnTexts);
        using (tiny.Bundle.Erase(TinyBundle.Keys))
            Assert.Equal(before, Scores(tiny.Bundle, OwnTexts));
    }

    [Fact]
    public void A_compact_model_computes_the_same_for_its_sources_and_knows_no_other()
    {
        using var compact = tiny.Bundle.Compact(["book-5", "book-2"]);
        Assert.Equal((2, 2 * tiny.Bundle.Config.SinksPerSource), (compact.Sources.Count, compact.Config.SinkPoolWidth));
        foreach (var i in (int[])[2, 5])
            Assert.Equal(Scores(tiny.Bundle, [OwnTexts[i]])[0], Scores(compact, [OwnTexts[i]])[0], 1e-5);
        Assert.Throws<ArgumentException>(() => compact.Unlearn(["book-3"]));
    }

    [Fact]
    public void A_compact_model_comes_back_from_its_folder()
    {
        using var folder = new TemporaryFolder();
        using var compact = tiny.Bundle.Compact(["book-2"]);
        compact.Save(Path.Combine(folder.Path, "model"));
        using var loaded = NullsBundle.Load(Path.Combine(folder.Path, "model"));
        Assert.Equal(Scores(compact, OwnTexts), Scores(loaded, OwnTexts));
        Assert.DoesNotContain(Traces(3), trace => Holds(Bytes(folder), trace));
    }

    [Fact]
    public void A_compact_model_of_no_source_is_the_backbone()
    {
        using var compact = tiny.Bundle.Compact([]);
        using var backbone = tiny.Bundle.WithRouting(SinkRouting.Backbone);
        var texts = OwnTexts.Select(request => request with { Source = null }).ToArray();
        Assert.Equal(Scores(backbone, texts), Scores(compact, texts));
    }

    [Fact]
    public void A_compact_model_is_not_made_of_unlearned_sources()
    {
        using var forgetful = tiny.Bundle.Unlearn(["book-3"]);
        Assert.Contains("'book-3'", Assert.Throws<ArgumentException>(() => forgetful.Compact(["book-2", "book-3"])).Message);
    }

    [Fact]
    public void Erasing_and_compacting_leave_no_tensor_behind() => LiveTensors.AssertUnchangedBy(() =>
    {
        tiny.Bundle.Erase(["book-1"]).Dispose();
        tiny.Bundle.Compact(["book-1"]).Dispose();
    });

    private static float[] Scores(NullsBundle bundle, IReadOnlyList<ScoringRequest> requests) =>
        [.. bundle.Score(requests, ScoringOutputs.LogProbabilities).Select(result => result.Score)];

    // The first numbers of each of its sinks' rows, and its id.
    private List<byte[]> Traces(int source)
    {
        var traces = new List<byte[]> { BitConverter.GetBytes(tiny.Bundle.Sources.GetId(source).Value) };
        using var folder = new TemporaryFolder();
        using var alone = tiny.Bundle.Compact([TinyBundle.Keys[source]]);
        alone.Save(Path.Combine(folder.Path, "model"));
        using var file = File.OpenRead(Path.Combine(folder.Path, "model", "model.safetensors"));
        var reader = new SafetensorsReader(file, "model.safetensors");
        while (reader.Next is { } entry)
        {
            using var weights = TorchSharp.torch.zeros([.. entry.Shape]);
            reader.ReadInto(weights);
            if (!entry.Name.Contains("sink", StringComparison.Ordinal))
                continue;
            var width = (int)entry.Shape[^1] * sizeof(float);
            traces.AddRange(weights.bytes.ToArray().Chunk(width).Select(row => row[..32]));
        }

        return traces;
    }

    private static byte[] Bytes(TemporaryFolder folder) =>
        [.. Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).SelectMany(File.ReadAllBytes)];

    private static bool Holds(byte[] bytes, byte[] trace) => bytes.AsSpan().IndexOf(trace) >= 0;
}
