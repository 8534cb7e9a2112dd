using Nulls.Inference;
using Nulls.Sources;

namespace Nulls.Tests.Inference;

public class SourceRouterTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Theory]
    [InlineData(SinkRouting.NearestSource)]
    [InlineData(SinkRouting.NearestSources)]
    [InlineData(SinkRouting.RunningText)]
    public void Whatever_a_router_answers_only_surviving_sources_run_each_once_and_no_more_than_asked_for(SinkRouting routing)
    {
        var count = RoutingRule.NearestCount(routing);
        var found = 0;
        for (var trial = 0; trial < 500; trial++)
        {
            var random = new Random(trial);
            var unlearned = Enumerable.Range(0, TinyModel.SourceCount).Where(_ => random.NextDouble() < trial / 500.0).ToHashSet();
            var requests = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => new ScoringRequest(TinyModel.RandomText(random, 3), null)).ToArray();
            var settings = new RouteSettings(routing, new Answering((texts, _) => [.. texts.Select(_ => (IReadOnlyList<RoutedSource>)HostileAnswer(random))]));

            foreach (var route in tiny.Router.Route(requests, settings, unlearned.Contains))
            {
                int[] run = [.. route.Gates.Select(gate => gate.Source).Where(source => source != SourceGate.NoSource)];
                Assert.DoesNotContain(run, unlearned.Contains);
                Assert.All(run, source => Assert.InRange(source, 0, TinyModel.SourceCount - 1));
                Assert.Equal(run.Distinct(), run);
                Assert.True(run.Length <= count);
                Assert.Equal(SourceGate.Backbone, route.Gates[^1]);
                Assert.Equal(run.Length > 0 ? SinkState.Routed : SinkState.Backbone, route.State);
                found += run.Length;
            }
        }

        Assert.True(found > 500);
    }

    [Fact]
    public void A_router_that_ignores_what_is_admissible_is_asked_for_more()
    {
        var router = new Answering((texts, count) => [.. texts.Select(_ => (IReadOnlyList<RoutedSource>)[.. Enumerable.Range(0, Math.Min(count, TinyModel.SourceCount)).Select(Found)])]);
        var route = tiny.Router.Route(new ScoringRequest("any", null), new RouteSettings(SinkRouting.NearestSources, router), source => source < 8);

        Assert.Equal([8, 9, 10, SourceGate.NoSource], route.Gates.Select(gate => gate.Source));
    }

    [Fact]
    public void A_router_that_finds_nothing_near_leaves_the_text_to_the_backbone_and_is_asked_once()
    {
        var router = new Answering((texts, _) => [.. texts.Select(_ => (IReadOnlyList<RoutedSource>)[])]);

        Assert.Same(SinkRoute.Backbone, tiny.Router.Route(new ScoringRequest(tiny.Texts[0], null), new RouteSettings(SinkRouting.NearestSources, router), TinyModel.NoneUnlearned));
        Assert.Equal(1, router.Calls);
    }

    [Fact]
    public void A_router_that_answers_with_the_same_unlearned_source_for_ever_is_left_after_some_calls()
    {
        var router = new Answering((texts, count) => [.. texts.Select(_ => (IReadOnlyList<RoutedSource>)[.. Enumerable.Repeat(Found(3), count)])]);

        Assert.Same(SinkRoute.Backbone, tiny.Router.Route(new ScoringRequest("any", null), new RouteSettings(SinkRouting.NearestSource, router), source => source == 3));
        Assert.InRange(router.Calls, 2, 5);
    }

    [Fact]
    public void What_is_admissible_is_every_known_source_that_is_not_unlearned()
    {
        Func<SourceId, bool> isAdmissible = _ => throw new InvalidOperationException("The router was not asked.");
        var router = new Answering((texts, _) => [.. texts.Select(_ => (IReadOnlyList<RoutedSource>)[])], given => isAdmissible = given);
        tiny.Router.Route(new ScoringRequest("any", null), new RouteSettings(SinkRouting.NearestSources, router), source => source == 3);

        Assert.Equal(Enumerable.Range(0, TinyModel.SourceCount).Select(source => source != 3), Enumerable.Range(0, TinyModel.SourceCount).Select(source => isAdmissible(Found(source).Source)));
        Assert.False(isAdmissible(new SourceId(0)));
        Assert.False(isAdmissible(new SourceId(12345)));
    }

    [Fact]
    public void A_router_is_asked_for_all_texts_of_a_call_at_once_and_for_none_twice()
    {
        var asked = new List<string>();
        var router = new Answering((texts, _) =>
        {
            asked.AddRange(texts);
            return [.. texts.Select(_ => (IReadOnlyList<RoutedSource>)[Found(1)])];
        });
        ScoringRequest[] requests = [new("amber", null), new("badger", null, "kettle"), new("cedar", null, "kettle"), new("amber", null), new("dune", TinyModel.Key(2))];
        tiny.Scorer.Score(requests, ScoringOutputs.SinkState, null, new RouteSettings(SinkRouting.NearestSources, router), TinyModel.NoneUnlearned);

        Assert.Equal(["amber", "kettle"], asked);
        Assert.Equal(1, router.Calls);
    }

    [Fact]
    public void A_router_that_gives_fewer_answers_than_texts_is_an_error()
    {
        var settings = new RouteSettings(SinkRouting.NearestSources, new Answering((_, _) => []));

        Assert.Contains("one answer a text", Assert.Throws<InvalidOperationException>(() => tiny.Router.Route(new ScoringRequest("any", null), settings, TinyModel.NoneUnlearned)).Message);
    }

    [Fact]
    public void The_nearest_source_alone_runs_beside_the_backbone_when_one_is_asked_for()
    {
        var route = tiny.Router.Route(new ScoringRequest(tiny.Texts[5], null), new RouteSettings(SinkRouting.NearestSource), TinyModel.NoneUnlearned);

        Assert.Equal([5, SourceGate.NoSource], route.Gates.Select(gate => gate.Source));
    }

    [Fact]
    public void Routed_sources_are_named_only_if_that_is_allowed()
    {
        ScoringRequest[] requests = [new(tiny.Texts[5], null), new(tiny.Texts[5], TinyModel.Key(5))];
        var results = tiny.Scorer.Score(requests, ScoringOutputs.SinkState, null, new RouteSettings(SinkRouting.NearestSources, ReportsSources: false), TinyModel.NoneUnlearned);

        Assert.Equal([SinkState.Routed, SinkState.Own], results.Select(result => result.SinkState));
        Assert.Equal([0, 1], results.Select(result => result.SinkSources.Count));
    }

    private RoutedSource Found(int source) => new(tiny.Sources.GetId(source), 1 - (source / 100f));

    // Surviving, unlearned, unknown and repeated sources, at times very many, with any score.
    private List<RoutedSource> HostileAnswer(Random random) => [.. Enumerable.Range(0, random.Next(10) == 0 ? 1_000 : random.Next(8)).Select(_ => random.Next(4) switch
    {
        0 => new RoutedSource(new SourceId((ulong)random.NextInt64()), float.NaN),
        1 => new RoutedSource(new SourceId(random.Next(2) == 0 ? 0 : ulong.MaxValue), float.PositiveInfinity),
        _ => Found(random.Next(TinyModel.SourceCount)),
    })];

    private sealed class Answering(
        Func<IReadOnlyList<string>, int, IReadOnlyList<IReadOnlyList<RoutedSource>>> answer, Action<Func<SourceId, bool>>? note = null) : ISourceRouter
    {
        public int Calls { get; private set; }

        public IReadOnlyList<IReadOnlyList<RoutedSource>> Nearest(IReadOnlyList<string> texts, int count, Func<SourceId, bool> isAdmissible, CancellationToken cancellationToken)
        {
            Calls++;
            note?.Invoke(isAdmissible);
            return answer(texts, count);
        }
    }
}
