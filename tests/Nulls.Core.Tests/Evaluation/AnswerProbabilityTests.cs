using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class AnswerProbabilityTests
{
    [Fact]
    public void The_verbatim_probability_is_the_geometric_mean_of_the_tokens()
    {
        // .5, .125 and .25 make a third root of 1 / 64.
        var score = (Math.Log(0.5) + Math.Log(0.125) + Math.Log(0.25)) / 3;

        Assert.Equal(0.25, AnswerProbability.Verbatim(score), 12);
    }

    [Fact]
    public void Among_choices_the_right_one_has_its_share_of_all()
    {
        Assert.Equal(0.6, AnswerProbability.AmongChoices(Math.Log(0.3), [Math.Log(0.1), Math.Log(0.1)]), 12);
        Assert.Equal(0.25, AnswerProbability.AmongChoices(-5000, [-5000, -5000, -5000]), 12);
    }

    [Fact]
    public void A_choice_needs_a_wrong_answer() => Assert.Throws<ArgumentException>(() => AnswerProbability.AmongChoices(-1, []));
}
