using Nulls.Text;

namespace Nulls.Evaluation;

/// <summary>An encyclopedia of people, companies and rivers that do not exist, which knows every fact that it states and where: the ground truth of unlearning.</summary>
/// <remarks>
/// An article is about one person and is one source: some 20 sentences in random order, each whole in itself. It states four unique
/// facts (a pet, an instrument, a dish, the colour of a coat), two that follow from rules which all texts teach (who lives in a town
/// speaks its language; who has a trade carries its tool), and three about companies and rivers, which exactly 2, 3, 5, 10 or 20
/// articles state; each in two or three wordings. Names are two words from pools, so that no single word gives a person away.
/// General articles are alike, about people, companies and rivers that no source mentions; held-out ones are what a further source might
/// write, about another person and the companies and rivers of one of the sources. All is fixed by the seed. Immutable.
/// </remarks>
public sealed class FictionalEncyclopedia
{
    // How many articles state a shared fact, and how many such facts there are for every 50 articles: three an article.
    private static readonly (int Owners, int FactsPer50)[] Sharing = [(20, 2), (10, 4), (5, 6), (3, 8), (2, 8)];

    private FictionalEncyclopedia(
        IReadOnlyList<Document> articles, IReadOnlyList<string> generalArticles, IReadOnlyList<string> heldOutArticles, IReadOnlyList<FictionalFact> facts, IReadOnlyList<string> forgottenSources)
    {
        Articles = articles;
        GeneralArticles = generalArticles;
        HeldOutArticles = heldOutArticles;
        Facts = facts;
        ForgottenSources = forgottenSources;
    }

    /// <summary>Gets the articles, one a source; the source's key is the name of the person.</summary>
    public IReadOnlyList<Document> Articles { get; }

    /// <summary>Gets the articles of no source, for the general stream. Each is about another person.</summary>
    public IReadOnlyList<string> GeneralArticles { get; }

    /// <summary>Gets the articles to hold out: like those of sources in what they say and how often, and of none. Each is about another person.</summary>
    public IReadOnlyList<string> HeldOutArticles { get; }

    /// <summary>Gets every fact that sources state: six of each article, then the shared ones.</summary>
    public IReadOnlyList<FictionalFact> Facts { get; }

    /// <summary>Gets the keys of a tenth of the sources, drawn by the seed: those to unlearn in an experiment.</summary>
    public IReadOnlyList<string> ForgottenSources { get; }

    /// <summary>Writes an encyclopedia.</summary>
    /// <param name="sourceCount">The number of articles with a source. From 20 to 1,000; 200 make the published experiment.</param>
    /// <param name="generalCount">The number of articles of no source, 0 or more. More do not change the others.</param>
    /// <param name="seed">What everything is drawn by.</param>
    /// <param name="heldOutCount">The number of articles to hold out, 0 or more; the default is 0. More do not change the others.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is outside its range, or there are not enough names for so many people.</exception>
    public static FictionalEncyclopedia Create(int sourceCount, int generalCount, int seed, int heldOutCount = 0)
    {
        if (sourceCount is < 20 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(sourceCount), sourceCount, "The encyclopedia needs from 20 sources, because some facts are stated by 20 of them, to 1,000, beyond which the companies' names run out.");
        var people = FictionalWords.FirstNames.Length * FictionalWords.LastNames.Length;
        if (generalCount < 0 || generalCount > people - sourceCount)
            throw new ArgumentOutOfRangeException(nameof(generalCount), generalCount, $"There are {people:N0} names for people: beside {sourceCount:N0} sources, from 0 to {people - sourceCount:N0} general articles can be written.");
        if (heldOutCount < 0 || heldOutCount > people - sourceCount - generalCount)
            throw new ArgumentOutOfRangeException(nameof(heldOutCount), heldOutCount, $"There are {people:N0} names for people: beside {sourceCount:N0} sources and {generalCount:N0} general articles, from 0 to {people - sourceCount - generalCount:N0} can be held out.");

        return new Writer(new Random(seed), new Random(unchecked((seed * 1_000_003) + 1))).Write(sourceCount, generalCount, heldOutCount);
    }

    private sealed class Writer(Random random, Random heldOutRandom)
    {
        private readonly int[] _languageOfTown = random.Permutation(FictionalWords.Towns.Length);
        private readonly int[] _toolOfTrade = random.Permutation(FictionalWords.Trades.Length);
        private readonly List<FictionalFact> _facts = [];

        public FictionalEncyclopedia Write(int sourceCount, int generalCount, int heldOutCount)
        {
            var names = Names(FictionalWords.FirstNames, FictionalWords.LastNames);
            var sentences = names[..sourceCount].ToDictionary(name => name, _ => new List<string>());
            WritePeople(names[..sourceCount], sentences);
            var companies = Names(FictionalWords.Epithets, FictionalWords.CompanyNames);
            var rivers = Names(FictionalWords.Epithets, FictionalWords.RiverNames);
            var sharedCount = ShareFacts(names[..sourceCount], companies, rivers, sentences);
            var articles = names[..sourceCount].Select(name => new Document(Compose(sentences[name]), name)).ToArray();
            string[] forgotten = [.. random.Permutation(sourceCount)[..(sourceCount / 10)].Order().Select(index => names[index])];

            var otherCompanies = Describe(companies[sharedCount..], FictionalRelation.OfCompanies);
            var otherRivers = Describe(rivers[sharedCount..], FictionalRelation.OfRivers);
            var general = new string[generalCount];
            for (var i = 0; i < generalCount; i++)
                general[i] = WriteGeneral(names[sourceCount + i], otherCompanies, otherRivers);

            random = heldOutRandom; // So that general articles do not change them.
            string[] like = [.. random.Permutation(sourceCount).Select(index => names[index])];
            string[] heldOut = [.. Enumerable.Range(0, heldOutCount).Select(i => WriteHeldOut(names[^(i + 1)], like[i % sourceCount]))];
            return new FictionalEncyclopedia(articles, general, heldOut, _facts, forgotten);
        }

        private string[] Names(string[] first, string[] second) =>
            [.. random.Permutation(first.Length * second.Length).Select(pair => $"{first[pair / second.Length]} {second[pair % second.Length]}")];

        private void WritePeople(string[] names, Dictionary<string, List<string>> sentences)
        {
            var answers = FictionalRelation.OfPeople.Select(relation => random.Deal(names.Length, relation.Answers.Length)).ToArray();
            var premises = FictionalRelation.Inferred.Select(relation => random.Deal(names.Length, relation.Premises.Length)).ToArray();
            for (var i = 0; i < names.Length; i++)
            {
                var article = sentences[names[i]];
                for (var r = 0; r < answers.Length; r++)
                {
                    var relation = FictionalRelation.OfPeople[r];
                    var answer = relation.Answers[answers[r][i]];
                    AddFact(FactKind.Unique, relation, names[i], answer, "", [names[i]], wordings: 2, article);
                }

                for (var r = 0; r < premises.Length; r++)
                {
                    var (relation, premise, answer) = Infer(r, premises[r][i]);
                    AddFact(FactKind.Inferred, relation, names[i], answer, premise, [names[i]], wordings: 2, article);
                }
            }
        }

        /// <summary>Spreads the shared facts evenly over the articles; returns the number of companies, which is that of rivers.</summary>
        private int ShareFacts(string[] names, string[] companies, string[] rivers, Dictionary<string, List<string>> sentences)
        {
            int[] owners = [.. Sharing.SelectMany(sharing => Enumerable.Repeat(sharing.Owners, names.Length * sharing.FactsPer50 / 50))];
            var subjectCount = (owners.Length + 1) / 2;
            var goods = random.Deal(subjectCount, FictionalWords.Goods.Length);
            var fish = random.Deal(subjectCount, FictionalWords.Fish.Length);
            var load = new int[names.Length];
            for (var i = 0; i < owners.Length; i++)
            {
                var (relation, subjects, answers) = i % 2 == 0
                    ? (FictionalRelation.OfCompanies, companies, goods)
                    : (FictionalRelation.OfRivers, rivers, fish);

                // The least laden articles, drawn among equals.
                var priority = random.Permutation(names.Length);
                int[] chosen = [.. Enumerable.Range(0, names.Length).OrderBy(index => load[index]).ThenBy(index => priority[index]).Take(owners[i]).Order()];
                foreach (var index in chosen)
                    load[index]++;
                AddFact(FactKind.Shared, relation, subjects[i / 2], relation.Answers[answers[i / 2]], "", [.. chosen.Select(index => names[index])],
                    wordings: 3, [.. chosen.Select(index => sentences[names[index]])]);
            }

            return subjectCount;
        }

        private void AddFact(FactKind kind, FictionalRelation relation, string subject, string answer, string premise, string[] sources, int wordings, params List<string>[] articles)
        {
            var statements = relation.State(subject, answer, premise);
            _facts.Add(new FictionalFact(kind, subject, relation.Ask(subject, premise), answer, relation.Answers, sources, statements));
            foreach (var article in articles)
                AddWordings(statements, wordings, article);
        }

        private (FictionalRelation Relation, string Premise, string Answer) Infer(int relationIndex, int premiseIndex)
        {
            var relation = FictionalRelation.Inferred[relationIndex];
            var rule = relationIndex == 0 ? _languageOfTown : _toolOfTrade;
            return (relation, relation.Premises[premiseIndex], relation.Answers[rule[premiseIndex]]);
        }

        private string[][] Describe(string[] subjects, FictionalRelation relation)
        {
            var answers = random.Deal(subjects.Length, relation.Answers.Length);
            return [.. subjects.Select((subject, i) => relation.State(subject, relation.Answers[answers[i]]))];
        }

        private string WriteGeneral(string name, string[][] companies, string[][] rivers)
        {
            var article = DescribePerson(name, wordings: 3);
            foreach (var world in (string[][][])[companies, rivers])
                AddWordings(random.Choose(world), 3, article);

            return Compose(article);
        }

        private string WriteHeldOut(string name, string likeSource)
        {
            var article = DescribePerson(name, wordings: 2);
            foreach (var fact in _facts.Where(fact => fact.Kind == FactKind.Shared && fact.Sources.Contains(likeSource)))
                AddWordings([.. fact.Statements], 3, article);

            return Compose(article);
        }

        private List<string> DescribePerson(string name, int wordings)
        {
            var article = new List<string>();
            foreach (var relation in FictionalRelation.OfPeople)
                AddWordings(relation.State(name, random.Choose(relation.Answers)), wordings, article);
            for (var r = 0; r < FictionalRelation.Inferred.Length; r++)
            {
                var (relation, premise, answer) = Infer(r, random.Next(FictionalRelation.Inferred[r].Premises.Length));
                AddWordings(relation.State(name, answer, premise), 2, article);
            }

            return article;
        }

        private void AddWordings(string[] statements, int count, List<string> article) =>
            article.AddRange(random.Permutation(statements.Length).Take(count).Select(wording => statements[wording]));

        private string Compose(List<string> sentences) =>
            string.Join(' ', random.Permutation(sentences.Count).Select(index => sentences[index]));
    }
}
