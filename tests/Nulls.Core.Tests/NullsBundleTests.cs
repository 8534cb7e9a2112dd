using Nulls.Inference;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Tests.Support;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Tests;

/// <summary>A tiny model of ten sources of one memorable sentence each, trained once for all tests of the class.</summary>
public sealed class TinyBundle : IDisposable
{
    public static readonly string[] Keys = [.. Enumerable.Range(0, 10).Select(i => $"book-{i}")];

    private static readonly string[] Animals = ["cat", "dog", "owl", "fox", "hen", "pig", "cow", "bat", "eel", "elk"];

    public NullsBundle Bundle { get; } = Train();

    public static NullsBundleOptions Options { get; } = new()
    {
        Model = new NullsConfig { Width = 32, LayerCount = 2, HeadCount = 2, KeyValueHeadCount = 1, HeadSize = 16, BackboneWidth = 32, SinkPoolWidth = 4 * 31, SinksPerSource = 4, ContextLength = 32 },
        Training = new TrainingOptions { Passes = 40, RowsPerStep = 8, LearningRate = 1e-2 },
        Tokenizer = new TokenizerOptions { VocabularySize = 300 },
        Routing = SinkRouting.NearestSources,
        Seed = 3,
    };

    public static string Text(int source) => $"In book {source} the {Animals[source]} sleeps under the table of the {Animals[^(source + 1)]}.";

    public static IEnumerable<Document> Corpus() =>
        Keys.Select((key, i) => new Document(Text(i), key)).Concat(Enumerable.Range(20, 20).Select(i => new Document($"In book {i} nothing happens.", null)));

    public static NullsBundle Train(NullsBundleOptions? options = null) => NullsBundle.Train(Corpus(), options ?? Options);

    public void Dispose() => Bundle.Dispose();
}

public class NullsBundleTests(TinyBundle tiny) : IClassFixture<TinyBundle>
{
    private static readonly ScoringRequest[] OwnTexts = [.. TinyBundle.Keys.Select((key, i) => new ScoringRequest(TinyBundle.Text(i), key))];

    [Fact]
    public void A_source_knows_its_own_text_better_than_the_backbone_does()
    {
        using var backbone = tiny.Bundle.WithRouting(SinkRouting.Backbone);
        var own = Scores(backbone, OwnTexts);
        var without = Scores(backbone, [.. OwnTexts.Select(request => request with { Source = null })]);
        Assert.All(own.Zip(without), pair => Assert.True(pair.First > pair.Second + 0.2, $"{pair.First} with own sinks, {pair.Second} without"));
    }

    [Fact]
    public void An_unlearned_source_is_scored_like_text_without_one()
    {
        using var backbone = tiny.Bundle.WithRouting(SinkRouting.Backbone);
        using var forgetful = backbone.Unlearn(["book-3"]);
        var result = forgetful.Score([OwnTexts[3]], ScoringOutputs.LogProbabilities | ScoringOutputs.SinkState).Single();
        Assert.Equal(SinkState.Backbone, result.SinkState);
        Assert.Equal(Scores(backbone, [OwnTexts[3] with { Source = null }]).Single(), result.Score);
    }

    [Fact]
    public void Unlearning_one_source_changes_no_bit_of_another_sources_score()
    {
        using var forgetful = tiny.Bundle.Unlearn(["book-3"]);
        for (var i = 0; i < OwnTexts.Length; i++)
        {
            if (i != 3)
                Assert.Equal(Scores(tiny.Bundle, [OwnTexts[i]]), Scores(forgetful, [OwnTexts[i]]));
        }
    }

    [Fact]
    public void Restoring_gives_back_every_bit()
    {
        using var forgetful = tiny.Bundle.Unlearn(TinyBundle.Keys);
        using var restored = forgetful.Restore(TinyBundle.Keys);
        Assert.NotEqual(Scores(tiny.Bundle, OwnTexts), Scores(forgetful, OwnTexts));
        Assert.Equal(Scores(tiny.Bundle, OwnTexts), Scores(restored, OwnTexts));
    }

    [Fact]
    public void Unlearning_leaves_the_bundle_that_it_came_from_alone()
    {
        var before = Scores(tiny.Bundle, OwnTexts);
        using var forgetful = tiny.Bundle.Unlearn(["book-0"]);
        Assert.Equal(1, forgetful.UnlearnedCount);
        Assert.Equal(0, tiny.Bundle.UnlearnedCount);
        Assert.Equal(before, Scores(tiny.Bundle, OwnTexts));
    }

    [Fact]
    public void An_unlearned_source_is_never_routed_to()
    {
        using var forgetful = tiny.Bundle.Unlearn(["book-2", "book-5"]);
        var unlearned = new[] { "book-2", "book-5" }.Select(key => { Assert.True(forgetful.Sources.TryGetIndex(key, out var index)); return forgetful.Sources.GetId(index); });
        var results = forgetful.Score([.. OwnTexts.Select(request => request with { Source = null })], ScoringOutputs.SinkState);
        Assert.All(results, result => Assert.Equal(SinkState.Routed, result.SinkState));
        Assert.Empty(results.SelectMany(result => result.SinkSources).Intersect(unlearned));
    }

    [Fact]
    public void Unlearning_makes_no_tensor_and_copies_no_weights()
    {
        using var first = tiny.Bundle.Unlearn(TinyBundle.Keys[..1]);
        var (tensors, bytes) = (LiveTensors.OnThisThread, GC.GetAllocatedBytesForCurrentThread());
        using var second = tiny.Bundle.Unlearn(TinyBundle.Keys[..1]);

        Assert.Equal(tensors, LiveTensors.OnThisThread);
        // A page of 512 bytes, the handle and the lists of keys.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - bytes, 1, 2_000);
    }

    [Fact]
    public void Unknown_keys_are_named_and_nothing_is_unlearned()
    {
        var error = Assert.Throws<ArgumentException>(() => tiny.Bundle.Unlearn(["book-1", "boök-1", "Book-1"]));
        Assert.Contains("'boök-1', 'Book-1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_predicate_needs_a_registry_that_keeps_keys() =>
        Assert.Contains("KeepSourceKeys", Assert.Throws<InvalidOperationException>(() => tiny.Bundle.Unlearn(key => key.Length > 0)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_predicate_chooses_sources_by_their_keys()
    {
        using var bundle = TinyBundle.Train(TinyBundle.Options with { KeepSourceKeys = true, Training = TinyBundle.Options.Training with { Passes = 1 } });
        using var forgetful = bundle.Unlearn(key => key.EndsWith('7') || key.EndsWith('8'));
        Assert.Equal(2, forgetful.UnlearnedCount);
        Assert.True(forgetful.IsUnlearned("book-8"));
    }

    [Fact]
    public void Relatives_live_on_when_one_is_disposed()
    {
        var first = tiny.Bundle.Share();
        var second = first.Unlearn(["book-0"]);
        first.Dispose();
        first.Dispose();
        Assert.Throws<ObjectDisposedException>(() => first.Score(OwnTexts, ScoringOutputs.LogProbabilities));
        Assert.Throws<ObjectDisposedException>(() => first.Unlearn(["book-1"]));
        Assert.Equal(OwnTexts.Length, Scores(second, OwnTexts).Length);
        second.Dispose();
    }

    [Fact]
    public void The_last_handle_frees_the_weights() => Support.LiveTensors.AssertUnchangedBy(() =>
    {
        var bundle = TinyBundle.Train(TinyBundle.Options with { Training = TinyBundle.Options.Training with { Passes = 1 } });
        var relative = bundle.Unlearn(["book-0"]);
        bundle.Dispose();
        _ = Scores(relative, OwnTexts);
        relative.Dispose();
    });

    [Fact]
    public void The_same_seed_gives_the_same_bits()
    {
        var options = TinyBundle.Options with { Training = TinyBundle.Options.Training with { Passes = 2 } };
        using var first = TinyBundle.Train(options);
        using var second = TinyBundle.Train(options);
        using var other = TinyBundle.Train(options with { Seed = 4 });
        Assert.Equal(Scores(first, OwnTexts), Scores(second, OwnTexts));
        Assert.NotEqual(Scores(first, OwnTexts), Scores(other, OwnTexts));
    }

    [Theory]
    [InlineData(Isolation.Joint, Precision.Float32)]
    [InlineData(Isolation.SinksOnly, Precision.Float32)]
    [InlineData(Isolation.Joint, Precision.BFloat16)]
    public void Garbage_collections_change_no_bit_of_training_and_scoring(Isolation isolation, Precision precision)
    {
        var options = TinyBundle.Options with { Training = TinyBundle.Options.Training with { Passes = 10, Isolation = isolation, Precision = precision } };
        float[] TrainAndScore()
        {
            using var bundle = TinyBundle.Train(options);
            return [.. Enumerable.Range(0, 10).SelectMany(_ => Scores(bundle, OwnTexts))];
        }

        var quiet = TrainAndScore();
        using var collection = new ConstantCollection();
        for (var attempt = 0; attempt < 3; attempt++)
            Assert.Equal(quiet, TrainAndScore());
    }

    [Fact]
    public void Streamed_pieces_are_the_completion()
    {
        var request = new ScoringRequest("In book 3 the fox", "book-3");
        foreach (var options in new[] { new GenerationOptions { MaxTokens = 30 }, new GenerationOptions { MaxTokens = 30, Temperature = 1.5, MinP = 0.01, Seed = 2 }, new GenerationOptions { StopStrings = ["eeps", "zz"] } })
        {
            var whole = tiny.Bundle.Score([request], ScoringOutputs.Completion, options).Single().Completion;
            var pieces = tiny.Bundle.StreamCompletion(request, options).ToList();

            Assert.Equal(whole, string.Concat(pieces));
            Assert.True(pieces.Count > 1 || options.StopStrings.Count > 0);
            Assert.DoesNotContain("", pieces);
        }
    }

    [Fact]
    public void A_completion_ends_before_a_stop_string() =>
        Assert.Equal(" sl", tiny.Bundle.Score([new ScoringRequest("In book 3 the fox", "book-3")], ScoringOutputs.Completion, new GenerationOptions { MaxTokens = 30, StopStrings = ["eep"] }).Single().Completion);

    [Fact]
    public void A_stream_keeps_the_weights_until_it_ends()
    {
        var bundle = tiny.Bundle.Share();
        using var pieces = bundle.StreamCompletion(new ScoringRequest("In book 3 the fox", "book-3"), new GenerationOptions()).GetEnumerator();
        Assert.True(pieces.MoveNext());
        bundle.Dispose();

        Assert.True(pieces.MoveNext());
        Assert.Throws<ObjectDisposedException>(() => bundle.StreamCompletion(new ScoringRequest("In book", "book-3"), new GenerationOptions()));
    }

    [Fact]
    public void A_cancelled_stream_stops_between_two_tokens()
    {
        using var cancellation = new CancellationTokenSource();
        using var pieces = tiny.Bundle.StreamCompletion(new ScoringRequest("In book 3 the fox", "book-3"), new GenerationOptions(), cancellation.Token).GetEnumerator();
        Assert.True(pieces.MoveNext());
        cancellation.Cancel();

        Assert.Throws<OperationCanceledException>(() => pieces.MoveNext());
    }

    [Fact]
    public void A_stream_holds_no_scope_of_its_callers_tensors()
    {
        Support.LiveTensors.AssertUnchangedBy(() =>
        {
            var kept = new List<TorchSharp.torch.Tensor>();
            foreach (var piece in tiny.Bundle.StreamCompletion(new ScoringRequest("In book 3 the fox", "book-3"), new GenerationOptions { MaxTokens = 5 }))
            {
                kept.Add(TorchSharp.torch.zeros(1));
            }

            Assert.All(kept, tensor => Assert.False(tensor.IsInvalid));
            kept.ForEach(tensor => tensor.Dispose());
        });
    }

    [Fact]
    public void Wrong_generation_options_are_refused_before_the_first_piece()
    {
        var request = new ScoringRequest("In", null);
        Assert.Throws<ArgumentOutOfRangeException>(() => tiny.Bundle.StreamCompletion(request, new GenerationOptions { MinP = 1.1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => tiny.Bundle.StreamCompletion(request, new GenerationOptions { MinP = double.NaN }));
        Assert.Throws<ArgumentException>(() => tiny.Bundle.StreamCompletion(request, new GenerationOptions { StopStrings = ["a", ""] }));
    }

    [Fact]
    public void A_completion_continues_the_text_with_what_its_source_says()
    {
        var completion = tiny.Bundle.Score([new ScoringRequest("In book 3 the fox sleeps", "book-3")], ScoringOutputs.Completion, new GenerationOptions { MaxTokens = 30 }).Single().Completion;
        Assert.Equal(TinyBundle.Text(3)["In book 3 the fox sleeps".Length..], completion);
    }

    private static float[] Scores(NullsBundle bundle, IReadOnlyList<ScoringRequest> requests) =>
        [.. bundle.Score(requests, ScoringOutputs.LogProbabilities).Select(result => result.Score)];
}
