using Nulls.Inference;
using Nulls.Sources;
using Nulls.Tests.Support;

namespace Nulls.Tests;

public class NullsBundleRoutingTests(TinyBundle tiny) : IClassFixture<TinyBundle>
{
    private static readonly ScoringRequest Question = new(TinyBundle.Text(4), null);

    [Fact]
    public async Task A_router_by_embeddings_finds_the_source_of_a_text()
    {
        using var routed = tiny.Bundle.WithRouter(await ByEmbeddings(tiny.Bundle), SinkRouting.NearestSource);

        Assert.Equal([IdOf(4)], RoutedTo(routed));
    }

    [Fact]
    public async Task Unlearned_sources_are_out_of_reach_of_a_router_that_still_has_their_vectors()
    {
        using var routed = tiny.Bundle.WithRouter(await ByEmbeddings(tiny.Bundle));
        using var forgetful = routed.Unlearn(["book-4"]);

        Assert.Equal(3, RoutedTo(forgetful).Count);
        Assert.DoesNotContain(IdOf(4), RoutedTo(forgetful));
        Assert.DoesNotContain(forgetful.NearestSources(TinyBundle.Text(4), 10), found => found.Source == IdOf(4));
    }

    [Fact]
    public async Task A_router_stays_through_unlearning_restoring_and_a_change_of_routing()
    {
        using var routed = tiny.Bundle.WithRouter(await ByEmbeddings(tiny.Bundle));
        using var forgetful = routed.Unlearn(["book-4"]);
        using var restored = forgetful.Restore(["book-4"]);
        using var one = restored.WithRouting(SinkRouting.NearestSource);

        Assert.Equal([IdOf(4)], RoutedTo(one));
        Assert.Equal(restored.NearestSources(TinyBundle.Text(4), 3), routed.NearestSources(TinyBundle.Text(4), 3));
    }

    [Fact]
    public async Task A_router_fits_a_compacted_model_whose_sources_have_other_numbers()
    {
        using var routed = tiny.Bundle.WithRouter(await ByEmbeddings(tiny.Bundle));
        using var compact = routed.Compact(["book-4", "book-7"]);

        Assert.Equal(new[] { IdOf(4), IdOf(7) }.ToHashSet(), RoutedTo(compact).ToHashSet());
    }

    [Fact]
    public async Task An_erased_source_is_out_of_reach_of_a_router()
    {
        using var routed = tiny.Bundle.WithRouter(await ByEmbeddings(tiny.Bundle));
        using var erased = routed.Erase(["book-4"]);

        Assert.DoesNotContain(IdOf(4), RoutedTo(erased));
        Assert.Equal(3, RoutedTo(erased).Count);
    }

    [Fact]
    public async Task A_model_that_took_the_place_of_one_with_a_router_answers_waiting_questions_with_no_source() =>
        Assert.Equal([[], []], await tiny.Bundle.AskRouterAsync(["a question", "another"], CancellationToken.None));

    [Fact]
    public void The_nearest_sources_of_the_index_are_those_that_a_text_is_routed_to() =>
        Assert.Equal(tiny.Bundle.NearestSources(TinyBundle.Text(4), 3).Select(found => found.Source), RoutedTo(tiny.Bundle));

    [Fact]
    public void A_model_without_an_index_asks_for_one_or_for_a_router()
    {
        using var plain = TinyBundle.Train(TinyBundle.Options with { Routing = SinkRouting.Backbone, Training = TinyBundle.Options.Training with { Passes = 1 } });

        Assert.Throws<InvalidOperationException>(() => plain.WithRouting(SinkRouting.RunningText));
        Assert.Throws<InvalidOperationException>(() => plain.WithRouter(null));
        Assert.Throws<InvalidOperationException>(() => plain.NearestSources("any", 1));
    }

    [Fact]
    public async Task A_model_that_has_only_a_router_is_saved_with_the_backbone_alone()
    {
        using var folder = new TemporaryFolder();
        using var plain = TinyBundle.Train(TinyBundle.Options with { Routing = SinkRouting.Backbone, Training = TinyBundle.Options.Training with { Passes = 1 } });
        using var routed = plain.WithRouter(await ByEmbeddings(plain));
        routed.Save(folder["model"]);
        using var loaded = NullsBundle.Load(folder["model"]);

        Assert.Equal(SinkRouting.NearestSources, routed.Routing);
        Assert.Equal(SinkRouting.Backbone, loaded.Routing);
    }

    [Theory]
    [InlineData(SinkRouting.NearestSource)]
    [InlineData(SinkRouting.RunningText)]
    public void An_index_is_made_for_every_routing_that_needs_it_and_saved_with_the_routing(SinkRouting routing)
    {
        using var folder = new TemporaryFolder();
        using var trained = TinyBundle.Train(TinyBundle.Options with { Routing = routing, Training = TinyBundle.Options.Training with { Passes = 1 } });
        trained.Save(folder["model"]);
        using var loaded = NullsBundle.Load(folder["model"]);

        Assert.Equal(routing, loaded.Routing);
        Assert.Equal(RoutingRule.NearestCount(routing), RoutedTo(loaded).Count);
    }

    [Fact]
    public void A_model_that_names_no_routed_sources_does_so_after_loading()
    {
        using var folder = new TemporaryFolder();
        using var silent = tiny.Bundle.WithRoutedSourcesReported(false);
        silent.Save(folder["model"]);
        using var loaded = NullsBundle.Load(folder["model"]);

        Assert.False(loaded.ReportsRoutedSources);
        Assert.Empty(RoutedTo(loaded));
    }

    [Fact]
    public void A_router_for_a_routing_that_looks_for_no_sources_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => tiny.Bundle.WithRouter(null, SinkRouting.Placebo));
        Assert.Throws<ArgumentOutOfRangeException>(() => tiny.Bundle.WithRouting((SinkRouting)99));
    }

    private static async Task<EmbeddingSourceRouter> ByEmbeddings(NullsBundle bundle) =>
        await EmbeddingSourceRouter.CreateAsync(new WordEmbeddings(), TinyBundle.Corpus(), bundle.Sources);

    private static IReadOnlyList<SourceId> RoutedTo(NullsBundle bundle) => bundle.Score([Question], ScoringOutputs.SinkState)[0].SinkSources;

    private SourceId IdOf(int book) => tiny.Bundle.Sources.TryGetIndex(TinyBundle.Keys[book], out var index)
        ? tiny.Bundle.Sources.GetId(index)
        : throw new InvalidOperationException($"The tiny model lacks book {book}.");
}
