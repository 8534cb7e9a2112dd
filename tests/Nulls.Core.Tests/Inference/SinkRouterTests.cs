using Nulls.Inference;
using Nulls.Sources;

namespace Nulls.Tests.Inference;

public class SinkRouterTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    [Fact]
    public void A_known_source_runs_its_own_sinks()
    {
        var route = tiny.Router.Route(new ScoringRequest("any", TinyModel.Key(3)), new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned);

        Assert.Equal(SinkState.Own, route.State);
        var gate = Assert.Single(route.Gates);
        Assert.Equal(3, gate.Source);
        Assert.Equal(tiny.Model.Config.CreateAllocation().Allocate(3), gate.Gate.Sinks);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("never seen")]
    [InlineData("source-3")]
    public void Without_sinks_of_its_own_a_text_runs_the_backbone_by_default(string? source)
    {
        var route = tiny.Router.Route(new ScoringRequest("any", source), new RouteSettings(SinkRouting.Backbone), unlearned => unlearned == 3);

        Assert.Equal(SinkState.Backbone, route.State);
        Assert.Empty(Assert.Single(route.Gates).Gate.Sinks.Indices.ToArray());
    }

    [Fact]
    public void The_three_nearest_survivors_and_the_backbone_run_for_a_routed_text()
    {
        var route = tiny.Router.Route(new ScoringRequest(tiny.Texts[5], TinyModel.Key(5)), new RouteSettings(SinkRouting.NearestSources), source => source == 5);

        Assert.Equal(SinkState.Routed, route.State);
        var nearest = tiny.Index.Nearest(tiny.Texts[5], 3, source => source == 5).Select(match => match.Source);
        Assert.Equal([.. nearest, SourceGate.NoSource], route.Gates.Select(gate => gate.Source));
    }

    [Fact]
    public void A_prompt_alone_decides_the_routing()
    {
        var route = tiny.Router.Route(new ScoringRequest("only4", null, "only7"), new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned);

        Assert.Equal([7, SourceGate.NoSource], route.Gates.Select(gate => gate.Source));
    }

    [Theory]
    [InlineData(SinkRouting.NearestSources)]
    [InlineData(SinkRouting.Placebo)]
    public void Without_survivors_the_backbone_runs(SinkRouting routing) =>
        Assert.Same(SinkRoute.Backbone, tiny.Router.Route(new ScoringRequest(tiny.Texts[0], null), new RouteSettings(routing), _ => true));

    [Theory]
    [InlineData(SinkRouting.Backbone)]
    [InlineData(SinkRouting.NearestSources)]
    [InlineData(SinkRouting.Placebo)]
    public void Never_routes_to_an_unlearned_source(SinkRouting routing)
    {
        var random = new Random(1);
        for (var trial = 0; trial < 500; trial++)
        {
            var unlearned = Enumerable.Range(0, TinyModel.SourceCount).Where(_ => random.NextDouble() < trial / 500.0).ToHashSet();
            var source = random.Next(TinyModel.SourceCount);
            var request = new ScoringRequest(tiny.Texts[source], random.Next(2) == 0 ? TinyModel.Key(source) : null, random.Next(2) == 0 ? "" : TinyModel.RandomText(random, 3));

            Assert.DoesNotContain(tiny.Router.Route(request, new RouteSettings(routing), unlearned.Contains).Gates, gate => unlearned.Contains(gate.Source));
        }
    }

    [Fact]
    public void A_placebo_is_the_same_for_the_same_text_while_it_survives()
    {
        var random = new Random(2);
        for (var trial = 0; trial < 100; trial++)
        {
            var text = new ScoringRequest(TinyModel.RandomText(random, 6), null);
            var first = Placebo(text, TinyModel.NoneUnlearned);
            var other = (first + 1) % TinyModel.SourceCount;

            Assert.Equal(first, Placebo(text, source => source == other));
            Assert.NotEqual(first, Placebo(text, source => source == first));
        }
    }

    [Fact]
    public void Placebos_spread_evenly_over_the_survivors()
    {
        var random = new Random(3);
        var drawn = Enumerable.Range(0, 4000)
            .Select(i => Placebo(new ScoringRequest($"text {i}", null), source => source < 8))
            .CountBy(source => source).ToDictionary();

        // 1,000 expected of each of four; a deviation of 120 is more than four standard deviations.
        Assert.Equal([8, 9, 10, 11], drawn.Keys.Order());
        Assert.All(drawn.Values, count => Assert.InRange(count, 880, 1120));
    }

    [Fact]
    public void Routing_to_the_nearest_sources_without_an_index_says_what_to_do()
    {
        var router = new SinkRouter(new SourceRegistry(), tiny.Model.Config.CreateAllocation(), index: null);

        var error = Assert.Throws<InvalidOperationException>(() => router.Route(new ScoringRequest("any", null), new RouteSettings(SinkRouting.NearestSources), TinyModel.NoneUnlearned));
        Assert.Contains("train with SinkRouting.NearestSources", error.Message);
    }

    private int Placebo(ScoringRequest request, Func<int, bool> isUnlearned) =>
        Assert.Single(tiny.Router.Route(request, new RouteSettings(SinkRouting.Placebo), isUnlearned).Gates).Source;
}
