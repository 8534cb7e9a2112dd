using static Nulls.Evaluation.FictionalWords;

namespace Nulls.Evaluation.Corpora;

/// <summary>The fictional encyclopedia as a corpus of proof.</summary>
internal static class EncyclopediaProof
{
    // Words of the articles in orders that no article has: {0} is the subject, {1} what the answer follows from.
    private static readonly Asking[] Askings =
    [
        new(Pets, ["The animal that {0} feeds every day is a", "In the house of {0} lives a pet"], " keeps as a pet a"),
        new(Instruments, ["In the evening {0} likes the", "At every feast {0} plays the"], " plays the"),
        new(Dishes, ["For supper in winter {0} likes to eat", "At noon the dish that {0} cooks is"], " cooks"),
        new(Colours, ["The colour of the coat of {0} is", "On the way to the market {0} is known by a long"], " wears a long"),
        new(Languages, ["With the people of {1} {0} speaks", "At home in {1} {0} writes letters in"], null, Towns),
        new(Tools, ["At work the {1} {0} takes a", "The {1} {0} always holds a"], null, Trades),
        new(Goods, ["Of every size the company {0} makes", "The people in the workshops of the company {0} make"], null),
        new(Fish, ["People who fish in spring in the river {0} catch", "In spring the river {0} is full of"], null),
    ];

    public static ProofCorpus Make(FictionalEncyclopedia encyclopedia, int generalCount)
    {
        var people = Described(encyclopedia);
        var articles = encyclopedia.Articles.ToDictionary(article => article.Source!, article => article.Text);
        return new ProofCorpus
        {
            Name = "encyclopedia",
            Documents = encyclopedia.Articles,
            GeneralTexts = [.. encyclopedia.GeneralArticles.Take(generalCount)],
            ForgetSets = [new ForgetSet("forget10", encyclopedia.ForgottenSources)],
            Probes = [.. encyclopedia.Facts.Select(fact => Probe(fact, people))],
            Passages = [.. encyclopedia.Facts.Where(fact => fact.Kind == FactKind.Unique).SelectMany(fact => fact.Statements
                .Where(statement => articles[fact.Sources[0]].Contains(statement, StringComparison.Ordinal))
                .Select(statement => new Text.Document(statement, fact.Sources[0])))],
            HeldOut = [.. encyclopedia.HeldOutArticles.Select(text => new Text.Document(text, null))],
            GeneralHeldOut = [.. encyclopedia.GeneralArticles.Skip(generalCount)],
            HasIndependentSentences = true,
        };
    }

    private static ProofProbe Probe(FictionalFact fact, Dictionary<string, string> people)
    {
        var asking = Askings.Single(asking => ReferenceEquals(asking.Answers, fact.Candidates));
        var premise = asking.Premises.FirstOrDefault(premise => fact.Question.Contains(premise, StringComparison.Ordinal), "");
        return new ProofProbe(fact.Kind, fact.Question, fact.Answer, [.. fact.Candidates.Where(candidate => candidate != fact.Answer)], fact.Sources)
        {
            Paraphrases = [.. asking.Paraphrases.Select(wording => string.Format(wording, fact.Subject, premise))],
            IndirectPrompts = asking.Indirect is { } rest && people.TryGetValue(fact.Subject, out var described) ? [described + rest] : [],
        };
    }

    // People by what else is known of them: those alone of whom both are true.
    private static Dictionary<string, string> Described(FictionalEncyclopedia encyclopedia)
    {
        var inferred = encyclopedia.Facts.Where(fact => fact.Kind == FactKind.Inferred).ToLookup(fact => fact.Subject);
        string Answer(string subject, string[] answers) => inferred[subject].Single(fact => ReferenceEquals(fact.Candidates, answers)).Answer;
        return inferred.Select(facts => facts.Key)
            .GroupBy(subject => $"The one who speaks {Answer(subject, Languages)} and carries a {Answer(subject, Tools)}")
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Single(), group => group.Key);
    }

    /// <param name="Answers">The possible answers, by which a fact's sort is known.</param>
    /// <param name="Paraphrases">Wordings of the question.</param>
    /// <param name="Indirect">How a question goes on that does not name the person; null for facts that are not about people alone.</param>
    /// <param name="Premises">What the answer may follow from.</param>
    private sealed record Asking(string[] Answers, string[] Paraphrases, string? Indirect, string[] Premises)
    {
        public Asking(string[] answers, string[] paraphrases, string? indirect)
            : this(answers, paraphrases, indirect, [])
        {
        }
    }
}
