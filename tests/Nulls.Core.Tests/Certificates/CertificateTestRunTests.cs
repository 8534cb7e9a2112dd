using Nulls.Certificates;
using Nulls.Inference;

namespace Nulls.Tests.Certificates;

public class CertificateTestRunTests(TinyBundle tiny) : IClassFixture<TinyBundle>
{
    private static readonly string[] Unseen = [.. Enumerable.Range(30, 25).Select(i => $"In book {i} the crow sleeps under the bed of the {(i % 2 == 0 ? "ant" : "ape")}.")];

    private static readonly CertificateTexts Texts = new()
    {
        Forgotten = [.. Enumerable.Range(3, 3).Select(Own)],
        Unseen = Unseen,
        Survivors = [.. new[] { 0, 1, 2, 6, 7, 8, 9 }.Select(Own)],
    };

    private static readonly string[] Keys = ["book-3", "book-4", "book-5"];

    [Fact]
    public void Unlearning_is_seen_to_take_effect_and_to_change_no_one_else()
    {
        using var backbone = tiny.Bundle.WithRouting(SinkRouting.Backbone);
        using var forgetful = backbone.Unlearn(Keys);
        var tests = CertificateTestRun.Run(backbone, forgetful, Texts);
        Assert.Equal(
            [("own-sinks-off", CertificateVerdict.Passed), ("own-loss-rise", CertificateVerdict.Passed), ("loss-against-unseen", CertificateVerdict.Measured),
             ("survivors-unchanged", CertificateVerdict.Passed), ("survivors-loss-rise", CertificateVerdict.Measured), ("membership-loss-attack", CertificateVerdict.NotRun), ("recited-spans", CertificateVerdict.NotRun)],
            tests.Select(test => (test.Name, test.Verdict)));
        Assert.Equal((1.0, 7), (Of(tests, "survivors-unchanged").Value, Of(tests, "survivors-unchanged").Count));
        Assert.Equal((0.0, 0.0), (Of(tests, "survivors-loss-rise").Value, Of(tests, "survivors-loss-rise").Interval!.Value.Upper));
    }

    [Fact]
    public void A_model_in_which_nothing_was_done_fails()
    {
        var tests = CertificateTestRun.Run(tiny.Bundle, tiny.Bundle, Texts);
        Assert.Equal((CertificateVerdict.Failed, 1.0), (Of(tests, "own-sinks-off").Verdict, Of(tests, "own-sinks-off").Value));
        Assert.Equal(CertificateVerdict.Failed, Of(tests, "own-loss-rise").Verdict);
    }

    [Fact]
    public void The_rise_is_the_mean_of_the_differences_of_scores()
    {
        using var forgetful = tiny.Bundle.Unlearn(Keys);
        var (was, now) = (Scores(tiny.Bundle), Scores(forgetful));
        Assert.Equal(was.Zip(now, (before, after) => before - after).Average(), Of(CertificateTestRun.Run(tiny.Bundle, forgetful, Texts), "own-loss-rise").Value!.Value, 1e-6);

        static double[] Scores(NullsBundle bundle) => [.. bundle.Score(Texts.Forgotten, ScoringOutputs.LogProbabilities).Select(result => (double)result.Score)];
    }

    [Fact]
    public void Membership_that_is_plain_to_see_fails_and_one_that_is_chance_does_not()
    {
        ScoringRequest[] many = [.. Enumerable.Range(0, 24).Select(i => Own(3 + (i % 3)))];
        var plain = CertificateTestRun.Run(tiny.Bundle, tiny.Bundle, Texts with { Forgotten = many });
        Assert.Equal((CertificateVerdict.Failed, 1.0), (Of(plain, "membership-loss-attack").Verdict, Of(plain, "membership-loss-attack").Value));

        // The same texts on both sides: exactly chance, but with so few the interval is wide.
        using var backbone = tiny.Bundle.WithRouting(SinkRouting.Backbone);
        using var forgetful = backbone.Unlearn(Keys);
        var chance = Of(CertificateTestRun.Run(backbone, forgetful, new CertificateTexts { Forgotten = [.. Unseen.Select(text => new ScoringRequest(text, "book-3"))], Unseen = Unseen }), "membership-loss-attack");
        Assert.Equal((CertificateVerdict.Inconclusive, 0.5), (chance.Verdict, chance.Value));
    }

    [Fact]
    public void Too_few_texts_are_a_row_that_says_how_many_there_were()
    {
        var membership = Of(CertificateTestRun.Run(tiny.Bundle, tiny.Bundle, Texts), "membership-loss-attack");
        Assert.Contains("there were 3 and 25", membership.Explanation);
        var recited = Of(CertificateTestRun.Run(tiny.Bundle, tiny.Bundle, new CertificateTexts { Forgotten = [new ScoringRequest("In book", "book-3")] }), "recited-spans");
        Assert.Equal(CertificateVerdict.NotRun, recited.Verdict);
    }

    [Fact]
    public void One_text_has_no_interval_and_so_no_verdict_on_its_rise()
    {
        using var forgetful = tiny.Bundle.Unlearn(Keys);
        var rise = Of(CertificateTestRun.Run(tiny.Bundle, forgetful, new CertificateTexts { Forgotten = [Own(3)] }), "own-loss-rise");
        Assert.Equal((CertificateVerdict.Measured, null), (rise.Verdict, rise.Interval));
    }

    [Fact]
    public void Erasing_measures_the_change_of_others_and_does_not_demand_that_there_is_none()
    {
        using var erased = tiny.Bundle.Erase(Keys);
        Assert.Equal(CertificateVerdict.Measured, Of(CertificateTestRun.Run(tiny.Bundle, erased, Texts), "survivors-unchanged").Verdict);
    }

    [Fact]
    public void Texts_without_a_source_or_without_tokens_are_refused()
    {
        Assert.Throws<ArgumentException>(() => CertificateTestRun.Run(tiny.Bundle, tiny.Bundle, new CertificateTexts { Forgotten = [] }));
        Assert.Contains("no source", Assert.Throws<ArgumentException>(() => CertificateTestRun.Run(tiny.Bundle, tiny.Bundle, new CertificateTexts { Forgotten = [new ScoringRequest("a", null)] })).Message);
        Assert.Contains("no tokens", Assert.Throws<ArgumentException>(() => CertificateTestRun.Run(tiny.Bundle, tiny.Bundle, new CertificateTexts { Forgotten = [new ScoringRequest("", "book-3")] })).Message);
    }

    [Fact]
    public void No_recited_span_is_missed_and_neighbours_count_as_one()
    {
        var random = new Random(4);
        for (var round = 0; round < 500; round++)
        {
            var isTop = Enumerable.Repeat(random.Next(2) == 0 ? 0.8 : 0.97, random.Next(20, 150)).Select(share => random.NextDouble() < share).ToArray();
            var ends = Enumerable.Range(19, isTop.Length - 19).Select(end => isTop.AsSpan(end - 19, 20).IndexOf(false) < 0).ToArray();
            var recited = CertificateTestRun.Recited([], [new ScoringResult { TokenIsTop = isTop }]);
            Assert.Equal(ends.Contains(true) ? CertificateVerdict.Failed : CertificateVerdict.Passed, recited.Verdict);
            Assert.Equal((double)ends.Chunk(20).Count(stretch => stretch.Contains(true)) / ends.Chunk(20).Count(), recited.Value);
        }
    }

    private static ScoringRequest Own(int source) => new(TinyBundle.Text(source), TinyBundle.Keys[source]);

    private static CertificateTest Of(IReadOnlyList<CertificateTest> tests, string name) => tests.Single(test => test.Name == name);
}
