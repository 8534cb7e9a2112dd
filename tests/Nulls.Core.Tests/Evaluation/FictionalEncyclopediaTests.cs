using System.Security.Cryptography;
using System.Text;
using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class FictionalEncyclopediaTests
{
    private static readonly FictionalEncyclopedia Standard = FictionalEncyclopedia.Create(sourceCount: 200, generalCount: 400, seed: 1, heldOutCount: 100);

    [Fact]
    public void The_same_seed_writes_the_same_bytes_on_every_machine()
    {
        var text = string.Join('\n', Standard.Articles.Select(article => $"{article.Source}\t{article.Text}").Concat(Standard.GeneralArticles));
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

        Assert.Equal("B5778C5C563F72B4", hash);
    }

    [Fact]
    public void Another_seed_writes_another_encyclopedia()
    {
        var other = FictionalEncyclopedia.Create(200, 0, seed: 2);

        Assert.NotEqual(Standard.Articles.Select(article => article.Source), other.Articles.Select(article => article.Source));
        Assert.NotEqual(Standard.ForgottenSources, other.ForgottenSources);
    }

    [Fact]
    public void More_general_or_held_out_articles_change_nothing_else()
    {
        var other = FictionalEncyclopedia.Create(200, 700, seed: 1, heldOutCount: 250);

        Assert.Equal(Standard.Articles, other.Articles);
        Assert.Equal(Standard.ForgottenSources, other.ForgottenSources);
        Assert.Equal(Standard.GeneralArticles, other.GeneralArticles.Take(400));
        Assert.Equal(Standard.HeldOutArticles, other.HeldOutArticles.Take(100));
    }

    [Fact]
    public void A_held_out_article_says_of_companies_and_rivers_what_a_source_says_and_of_a_person_what_none_says()
    {
        var shared = Standard.Facts.Where(fact => fact.Kind == FactKind.Shared).SelectMany(fact => fact.Statements.Select(statement => (statement, fact))).ToDictionary();
        var said = Standard.Articles.Select(article => article.Text).Concat(Standard.GeneralArticles).SelectMany(Sentences).ToHashSet();
        foreach (var article in Standard.HeldOutArticles)
        {
            var sentences = Sentences(article);
            var facts = sentences.Where(shared.ContainsKey).CountBy(sentence => shared[sentence]).ToArray();
            Assert.Equal([3, 3, 3], facts.Select(fact => fact.Value));
            Assert.NotEmpty(facts.Select(fact => fact.Key.Sources.AsEnumerable()).Aggregate(Enumerable.Intersect));
            var personal = sentences.Where(sentence => !shared.ContainsKey(sentence)).ToArray();
            Assert.Equal(12, personal.Length);
            Assert.Empty(personal.Intersect(said));
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(203)]
    [InlineData(500)]
    public void A_fact_is_stated_in_the_articles_of_its_sources_and_nowhere_else(int sourceCount)
    {
        var encyclopedia = FictionalEncyclopedia.Create(sourceCount, 100, seed: sourceCount);
        var sourcesOf = new Dictionary<string, HashSet<string>>();
        foreach (var (text, source) in encyclopedia.Articles.Select(article => (article.Text, article.Source!)).Concat(encyclopedia.GeneralArticles.Select(text => (text, ""))))
        {
            foreach (var sentence in Sentences(text))
            {
                if (!sourcesOf.TryGetValue(sentence, out var sources))
                    sourcesOf[sentence] = sources = [];
                sources.Add(source);
            }
        }

        foreach (var fact in encyclopedia.Facts)
        {
            var stating = fact.Statements.SelectMany(statement => sourcesOf.GetValueOrDefault(statement) ?? []).ToHashSet();
            Assert.Equal(fact.Sources.Order(), stating.Order());
        }
    }

    [Fact]
    public void A_persons_facts_are_stated_by_the_persons_article_alone()
    {
        Assert.All(Standard.Facts.Where(fact => fact.Kind != FactKind.Shared), fact => Assert.Equal([fact.Subject], fact.Sources));
    }

    [Fact]
    public void An_article_has_four_unique_and_two_inferred_facts()
    {
        foreach (var article in Standard.Articles)
        {
            Assert.Equal(4, Standard.Facts.Count(fact => fact.Kind == FactKind.Unique && fact.Sources[0] == article.Source));
            Assert.Equal(2, Standard.Facts.Count(fact => fact.Kind == FactKind.Inferred && fact.Sources[0] == article.Source));
        }
    }

    [Fact]
    public void Shared_facts_have_two_three_five_ten_or_twenty_sources()
    {
        var counts = Standard.Facts.Where(fact => fact.Kind == FactKind.Shared).CountBy(fact => fact.Sources.Distinct().Count()).OrderBy(pair => pair.Key);

        Assert.Equal([new(2, 32), new(3, 32), new(5, 24), new(10, 16), new(20, 8)], counts);
    }

    [Fact]
    public void Inferred_facts_follow_from_rules_that_general_articles_teach()
    {
        var general = Standard.GeneralArticles.SelectMany(Sentences).ToArray();
        foreach (var fact in Standard.Facts.Where(fact => fact.Kind == FactKind.Inferred))
        {
            // The question names the premise, and the premise decides the answer for everyone.
            var premise = FictionalWords.Towns.Concat(FictionalWords.Trades).Single(word => Words(fact.Question).Contains(word));
            var answers = general.Where(sentence => Words(sentence).Contains(premise)).SelectMany(Words).Intersect(fact.Candidates);
            Assert.Equal([fact.Answer], answers);
        }
    }

    [Fact]
    public void No_article_uses_the_wording_of_a_question()
    {
        var text = string.Join('\n', Standard.Articles.Select(article => article.Text).Concat(Standard.GeneralArticles));
        var relations = FictionalRelation.OfPeople.Concat(FictionalRelation.Inferred).Append(FictionalRelation.OfCompanies).Append(FictionalRelation.OfRivers);
        foreach (var relation in relations)
        {
            var anyoneAsked = string.Format(relation.Question, "[A-Za-z]+ [A-Za-z]+", "", "[A-Za-z]+");
            Assert.DoesNotMatch(anyoneAsked, text);
        }
    }

    [Fact]
    public void A_question_names_its_subject_and_not_its_answer()
    {
        foreach (var fact in Standard.Facts)
        {
            Assert.Contains(fact.Subject, fact.Question, StringComparison.Ordinal);
            Assert.DoesNotContain(fact.Answer, Words(fact.Question));
        }
    }

    [Fact]
    public void There_are_24_candidates_with_the_answer_among_them()
    {
        foreach (var fact in Standard.Facts)
        {
            Assert.Equal(24, fact.Candidates.Distinct().Count());
            Assert.Contains(fact.Answer, fact.Candidates);
        }
    }

    [Fact]
    public void No_answer_is_so_frequent_that_guessing_it_pays()
    {
        foreach (var sort in Standard.Facts.Where(fact => fact.Sources.Count < 10).GroupBy(fact => fact.Candidates))
        {
            var most = sort.CountBy(fact => fact.Answer).Max(pair => pair.Value);
            Assert.True(most <= 0.12 * sort.Count(), $"{most} of {sort.Count()}");
        }
    }

    [Fact]
    public void Every_sentence_of_a_person_has_the_full_name_so_that_their_order_is_free()
    {
        var companies = Standard.Facts.Where(fact => fact.Kind == FactKind.Shared).SelectMany(fact => fact.Statements).ToHashSet();
        foreach (var article in Standard.Articles)
        {
            foreach (var sentence in Sentences(article.Text).Where(sentence => !companies.Contains(sentence)))
                Assert.Contains(article.Source!, sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Articles_have_some_20_sentences_of_about_250_words_and_full_stops()
    {
        Assert.All(Standard.Articles.Select(article => article.Text).Concat(Standard.HeldOutArticles), text => Assert.Equal(21, Sentences(text).Length));
        Assert.All(Standard.GeneralArticles, text => Assert.Equal(22, Sentences(text).Length));
        Assert.All(Standard.Articles.Select(article => article.Text).Concat(Standard.GeneralArticles), text => Assert.InRange(Words(text).Length + Sentences(text).Length, 230, 290));
    }

    [Fact]
    public void All_articles_are_about_different_people()
    {
        var texts = Standard.Articles.Select(article => article.Text).Concat(Standard.GeneralArticles).Concat(Standard.HeldOutArticles).ToArray();

        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.Equal(200, Standard.Articles.Select(article => article.Source).Distinct().Count());
        Assert.All(Standard.GeneralArticles.Concat(Standard.HeldOutArticles), text => Assert.All(Standard.Articles, article => Assert.DoesNotContain(article.Source!, text, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_tenth_of_the_sources_is_to_be_forgotten()
    {
        Assert.Equal(20, Standard.ForgottenSources.Intersect(Standard.Articles.Select(article => article.Source!)).Count());
    }

    [Fact]
    public void No_word_has_two_roles()
    {
        string[][] lists =
        [
            FictionalWords.FirstNames, FictionalWords.LastNames, FictionalWords.Epithets, FictionalWords.CompanyNames, FictionalWords.RiverNames,
            FictionalWords.Pets, FictionalWords.Instruments, FictionalWords.Dishes, FictionalWords.Colours, FictionalWords.Towns, FictionalWords.Languages,
            FictionalWords.Trades, FictionalWords.Tools, FictionalWords.Goods, FictionalWords.Fish,
        ];
        var ofWordings = FictionalRelation.OfPeople.Concat(FictionalRelation.Inferred).Append(FictionalRelation.OfCompanies).Append(FictionalRelation.OfRivers)
            .SelectMany(relation => relation.Wordings.Append(relation.Question)).SelectMany(Words).Distinct();

        var twice = lists.SelectMany(list => list).Concat(ofWordings).CountBy(word => word).Where(pair => pair.Value > 1);
        Assert.Empty(twice);
    }

    [Theory]
    [InlineData(19, 0, 0)]
    [InlineData(1001, 0, 0)]
    [InlineData(200, -1, 0)]
    [InlineData(200, 2937, 0)]
    [InlineData(200, 0, -1)]
    [InlineData(200, 2900, 37)]
    public void Counts_beyond_the_names_are_refused(int sourceCount, int generalCount, int heldOutCount)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => FictionalEncyclopedia.Create(sourceCount, generalCount, seed: 0, heldOutCount));
    }

    private static string[] Sentences(string text) => [.. text.Split(". ").Select(sentence => sentence.EndsWith('.') ? sentence : sentence + ".")];

    private static string[] Words(string text) => text.Split((char[])[' ', ',', '.'], StringSplitOptions.RemoveEmptyEntries);
}
