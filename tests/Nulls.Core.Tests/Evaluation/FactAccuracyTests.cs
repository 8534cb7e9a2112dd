using Nulls.Evaluation;
using Nulls.Inference;

namespace Nulls.Tests.Evaluation;

/// <summary>Asks models that are known by construction: each knows what some of its sources state.</summary>
public class FactAccuracyTests
{
    private static readonly FictionalEncyclopedia Encyclopedia = FictionalEncyclopedia.Create(sourceCount: 100, generalCount: 0, seed: 7);
    private static readonly ILookup<string, FictionalFact> FactsByQuestion = Encyclopedia.Facts.ToLookup(fact => fact.Question);

    [Fact]
    public void With_own_sinks_whoever_asks_a_source_of_the_fact_is_told_it()
    {
        var accuracy = FactAccuracy.WithOwnSinks(requests => Answer(requests, (fact, source) => fact.Sources.Contains(source)), Encyclopedia);

        Assert.Equal(All(1), accuracy);
    }

    [Fact]
    public void With_own_sinks_shared_facts_are_asked_of_a_source_that_is_not_forgotten()
    {
        var accuracy = FactAccuracy.WithOwnSinks(requests => Answer(requests, (_, source) => !Encyclopedia.ForgottenSources.Contains(source)), Encyclopedia);

        Assert.Equal(All(1) with { UniqueForgotten = 0, Inferred = 60 / 70.0 }, accuracy);
    }

    [Fact]
    public void A_model_that_answers_for_every_source_that_is_not_unlearned_tells_no_unique_fact()
    {
        var accuracy = FactAccuracy.WithoutOwnSinks(
            (unlearned, requests) => Answer(requests, (fact, source) => fact.Kind switch
            {
                FactKind.Unique => source != unlearned && !Encyclopedia.ForgottenSources.Contains(source),
                FactKind.Inferred => true,
                _ => source is null && fact.Sources.Any(owner => !Encyclopedia.ForgottenSources.Contains(owner)),
            }),
            Encyclopedia);

        Assert.Equal(All(1) with { UniqueForgotten = 0, UniqueRetained = 0 }, accuracy);
    }

    [Fact]
    public void A_model_that_unlearns_nothing_is_found_out()
    {
        var accuracy = FactAccuracy.WithoutOwnSinks((_, requests) => Answer(requests, (_, _) => true), Encyclopedia);

        Assert.Equal(All(1), accuracy);
    }

    [Fact]
    public void Shared_facts_are_told_apart_by_their_number_of_sources()
    {
        var accuracy = FactAccuracy.WithoutOwnSinks((_, requests) => Answer(requests, (fact, _) => fact.Sources.Count is 3 or 20), Encyclopedia);

        var few = Encyclopedia.Facts.Where(fact => fact.Sources.Count is 2 or 3 && !fact.Sources.All(Encyclopedia.ForgottenSources.Contains)).ToArray();
        Assert.Equal(All(0) with { SharedFew = few.Count(fact => fact.Sources.Count == 3) / (double)few.Length, SharedMany = 4 / 12.0 }, accuracy);
    }

    private static FactAccuracy All(double value) => new()
    {
        UniqueForgotten = value, UniqueRetained = value, Inferred = value, SharedFew = value, SharedFive = value, SharedMany = value,
    };

    private static ScoringResult[] Answer(IReadOnlyList<ScoringRequest> requests, Func<FictionalFact, string?, bool> isKnown) =>
        [.. requests.Select(request =>
        {
            // Inferred facts of one town share no question, because it names the person.
            var fact = FactsByQuestion[request.Prompt].Single();
            var isTold = (request.Text == " " + fact.Answer) == isKnown(fact, request.Source);
            return new ScoringResult { TokenLogProbabilities = [isTold ? -1f : -9f] };
        })];
}
