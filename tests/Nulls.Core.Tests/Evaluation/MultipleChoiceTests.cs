using Nulls.Evaluation;
using Nulls.Inference;

namespace Nulls.Tests.Evaluation;

public class MultipleChoiceTests
{
    private static readonly FictionalEncyclopedia Encyclopedia = FictionalEncyclopedia.Create(sourceCount: 50, generalCount: 0, seed: 3);

    [Fact]
    public void A_model_that_knows_half_of_the_facts_has_half_of_them_right()
    {
        var facts = Encyclopedia.Facts.Take(150).ToArray();
        var known = facts.Where((_, i) => i % 2 == 0).Select(fact => (fact.Question, " " + fact.Answer)).ToHashSet();
        IReadOnlyList<ScoringResult> Score(IReadOnlyList<ScoringRequest> requests) =>
            [.. requests.Select(request => Result(known.Contains((request.Prompt, request.Text)) ? -1f : -2f - (request.Text == " " + AnswerTo(request.Prompt) ? 1 : 0)))];

        Assert.Equal(0.5, MultipleChoice.Accuracy(Score, facts, fact => fact.Sources[0]));
    }

    [Fact]
    public void A_candidate_counts_by_the_sum_over_its_tokens()
    {
        var fact = Encyclopedia.Facts[0];

        // Six likely tokens are less likely together than one unlikely token.
        IReadOnlyList<ScoringResult> Score(IReadOnlyList<ScoringRequest> requests) =>
            [.. requests.Select(request => request.Text == " " + fact.Answer ? Result(-5f) : Result(-1f, -1f, -1f, -1f, -1f, -1f))];

        Assert.Equal(1, MultipleChoice.Accuracy(Score, [fact], _ => null));
    }

    [Fact]
    public void Questions_run_with_the_source_that_is_given_for_them()
    {
        var facts = Encyclopedia.Facts.Take(12).ToArray();
        var asked = new List<ScoringRequest>();
        IReadOnlyList<ScoringResult> Score(IReadOnlyList<ScoringRequest> requests)
        {
            asked.AddRange(requests);
            return [.. requests.Select(_ => Result(-1f))];
        }

        MultipleChoice.Accuracy(Score, facts, fact => fact.Kind == FactKind.Unique ? fact.Sources[0] : null);

        var expected = facts.SelectMany(fact => fact.Candidates.Select(candidate => new ScoringRequest(" " + candidate, fact.Kind == FactKind.Unique ? fact.Subject : null, fact.Question)));
        Assert.Equal(expected, asked);
    }

    [Fact]
    public void No_facts_have_no_accuracy()
    {
        Assert.Equal(double.NaN, MultipleChoice.Accuracy(_ => [], [], _ => null));
    }

    private static string AnswerTo(string question) => Encyclopedia.Facts.First(fact => fact.Question == question).Answer;

    private static ScoringResult Result(params float[] logProbabilities) => new() { TokenLogProbabilities = logProbabilities };
}
