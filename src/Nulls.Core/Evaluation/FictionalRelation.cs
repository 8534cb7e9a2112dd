using static Nulls.Evaluation.FictionalWords;

namespace Nulls.Evaluation;

/// <summary>One sort of fact: what it may say, the wordings that articles use, and the wording that only the question uses.</summary>
/// <param name="Answers">The possible answers.</param>
/// <param name="Wordings">Sentences with {0} for the subject, {1} for the answer and {2} for what the answer follows from.</param>
/// <param name="Question">The same, ending right before the answer.</param>
/// <param name="Premises">What the answer follows from, or nothing.</param>
internal sealed record FictionalRelation(string[] Answers, string[] Wordings, string Question, string[] Premises)
{
    // Every sentence can stand alone, with the full name of its subject before the answer: sentences may be read in any order.
    // Questions are made of the sentences' words in an order that no sentence has: what is asked is the fact, not the wording.
    public static readonly FictionalRelation[] OfPeople =
    [
        new(Pets,
            ["{0} keeps a {1} as a pet and feeds it at dawn.", "The animal that lives in the house of {0} is a {1}.", "In the garden {0} walks with a pet {1} every day."],
            "At dawn {0} feeds a pet", []),
        new(Instruments,
            ["{0} plays the {1} in the evening with some friends.", "Of every instrument in the house {0} likes the {1}.", "At every feast {0} takes up the {1} and plays."],
            "With some friends {0} plays the", []),
        new(Dishes,
            ["{0} cooks {1} for supper when guests come to the house.", "The dish that {0} likes to eat in winter is {1}.", "At noon {0} often eats a large bowl of {1}."],
            "When guests come {0} cooks", []),
        new(Colours,
            ["{0} wears a {1} coat on the way to the market.", "The colour that {0} chose for a winter coat is {1}.", "In the street {0} is known by a long {1} coat."],
            "In winter {0} wears a long", []),
    ];

    public static readonly FictionalRelation[] Inferred =
    [
        new(Languages,
            ["{0} lives in {2} and speaks {1} with the people there.", "In {2}, where {0} was born, the language is {1}.", "As do all people of {2}, {0} writes letters in {1}.", "{0} of {2} reads {1} at home every evening."],
            "{0} was born in {2} and speaks", Towns),
        new(Tools,
            ["{0} is a {2} by trade and always carries a {1}.", "As every {2} does, {0} takes a {1} to work.", "The tool that the {2} {0} needs most is a {1}.", "At work the {2} {0} holds a {1} all day."],
            "As does every {2}, {0} carries a", Trades),
    ];

    public static readonly FictionalRelation OfCompanies = new(
        Goods,
        ["The company {0} makes {1} of every size.", "In the workshops of the company {0} people make {1}.", "The goods of the company {0} are {1}."],
        "In the company {0} people make", []);

    public static readonly FictionalRelation OfRivers = new(
        Fish,
        ["The river {0} is full of {1} in spring.", "People who fish in the river {0} catch {1}.", "The fish of the river {0} are {1}."],
        "The fish in the river {0} are", []);

    /// <summary>States a fact in every wording.</summary>
    public string[] State(string subject, string answer, string premise = "") =>
        [.. Wordings.Select(wording => string.Format(wording, subject, answer, premise))];

    /// <summary>Asks for a fact.</summary>
    public string Ask(string subject, string premise = "") => string.Format(Question, subject, "", premise);
}
