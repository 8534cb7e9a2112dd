using System.Text.RegularExpressions;
using Nulls.Evaluation;
using Nulls.Evaluation.Corpora;
using Nulls.Tests.Support;

namespace Nulls.Tests.Evaluation.Corpora;

public class ProofCorporaTests
{
    private static readonly Lazy<ProofCorpus> Encyclopedia = new(() => ProofCorpora.Encyclopedia(40, 30, seed: 5, heldOutCount: 10));
    private static readonly Lazy<ProofCorpus> Books = new(() => ProofCorpora.Books(BookReader.Read(Path.Combine(RepositoryFolder.Data, "books")), "austen"));

    [Fact]
    public void The_encyclopedia_fits_together_and_keeps_what_it_holds_out_apart()
    {
        var corpus = Encyclopedia.Value;
        corpus.Validate();
        Assert.Equal((40, 30, 10), (corpus.Documents.Count, corpus.GeneralTexts.Count, corpus.HeldOut.Count));
        Assert.Empty(corpus.TrainingTexts().Select(document => document.Text).Intersect(corpus.GeneralHeldOut));
    }

    [Fact]
    public void A_fact_of_the_encyclopedia_is_asked_in_wordings_that_no_article_has()
    {
        foreach (var probe in Encyclopedia.Value.Probes)
        {
            foreach (var prompt in (string[])[probe.Prompt, .. probe.Paraphrases, .. probe.IndirectPrompts])
                Assert.DoesNotContain(Encyclopedia.Value.TrainingTexts(), document => document.Text.Contains($"{prompt} {probe.Answer}", StringComparison.Ordinal));
            Assert.Equal(2, probe.Paraphrases.Distinct().Count());
        }
    }

    [Fact]
    public void An_indirect_question_names_no_source()
    {
        var indirect = Encyclopedia.Value.Probes.Where(probe => probe.IndirectPrompts.Count > 0).ToArray();
        Assert.InRange(indirect.Length, 80, 160);
        Assert.All(indirect, probe => Assert.DoesNotContain(probe.Sources[0].Split(' '), word => probe.IndirectPrompts[0].Contains(word, StringComparison.Ordinal)));
        Assert.Equal(indirect.Length, indirect.Select(probe => probe.IndirectPrompts[0]).Distinct().Count());
    }

    [Fact]
    public void A_passage_of_the_encyclopedia_stands_in_the_article_of_its_source()
    {
        var articles = Encyclopedia.Value.Documents.ToDictionary(document => document.Source!, document => document.Text);
        Assert.Equal(40 * 4 * 2, Encyclopedia.Value.Passages.Count);
        Assert.All(Encyclopedia.Value.Passages, passage => Assert.Contains(passage.Text, articles[passage.Source!], StringComparison.Ordinal));
    }

    [Fact]
    public void A_retrained_model_reads_all_but_the_forgotten()
    {
        var corpus = Encyclopedia.Value;
        var forgotten = corpus.ForgetSet("forget10");
        var rest = corpus.TrainingTextsWithout(forgotten).ToArray();
        Assert.Equal(corpus.TrainingTexts().Count() - forgotten.Sources.Count, rest.Length);
        Assert.DoesNotContain(rest, document => forgotten.Sources.Contains(document.Source));
        Assert.Contains("forget10", Assert.Throws<ArgumentException>(() => corpus.ForgetSet("forget11")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_corpus_whose_parts_do_not_fit_is_refused_with_what_is_wrong()
    {
        var corpus = Encyclopedia.Value;
        var probe = corpus.Probes[0];
        AssertRefused(corpus with { Documents = [] }, "no document");
        AssertRefused(corpus with { Probes = [] }, "no question");
        AssertRefused(corpus with { ForgetSets = [] }, "nothing to forget");
        AssertRefused(corpus with { ForgetSets = [new ForgetSet("a", ["Nobody"])] }, "'Nobody'");
        AssertRefused(corpus with { Probes = [probe with { Answer = " " }] }, "its answer");
        AssertRefused(corpus with { Probes = [probe with { Alternatives = [probe.Answer] }] }, "among the wrong ones");
        AssertRefused(corpus with { Probes = [probe with { Sources = ["Nobody"] }] }, "'Nobody'");
    }

    [FactNeedingData("tofu")]
    public void Tofu_has_its_three_sets_to_forget_and_its_paraphrases()
    {
        var corpus = ProofCorpora.Tofu(TofuCorpus.Read(Path.Combine(RepositoryFolder.Data, "tofu")), [.. Enumerable.Range(0, 20).Select(i => $"Text {i}.")]);
        corpus.Validate();
        Assert.Equal([("forget01", 2), ("forget05", 10), ("forget10", 20)], corpus.ForgetSets.Select(set => (set.Name, set.Sources.Count)));
        Assert.Equal([40, 200, 400], corpus.ForgetSets.Select(set => corpus.ProbesOf(set).Count()));
        Assert.Equal((18, 2, 400), (corpus.GeneralTexts.Count, corpus.GeneralHeldOut.Count, corpus.HeldOut.Count));
        Assert.True(corpus.ProbesOf(corpus.ForgetSets[2]).Count(probe => probe.Paraphrases.Count > 0 && probe.ParaphrasedAnswer != probe.Answer) > 300);
    }

    [FactNeedingData("tofu")]
    public void Authors_of_tofu_that_are_no_sources_are_general_text()
    {
        var tofu = TofuCorpus.Read(Path.Combine(RepositoryFolder.Data, "tofu"));
        var corpus = ProofCorpora.Tofu(tofu, [], new TofuProofOptions { SourceCount = 120, QuestionsASource = 10 });
        corpus.Validate();
        var sources = corpus.Documents.GroupBy(document => document.Source!).ToDictionary(texts => texts.Key, texts => texts.Count());
        Assert.Equal(120, sources.Count);
        Assert.All(sources.Values, count => Assert.Equal(10, count));
        Assert.Equal((1440, 160), (corpus.GeneralTexts.Count, corpus.GeneralHeldOut.Count));
        Assert.Equal((200, 200, 200), (corpus.ProbesOf(corpus.ForgetSet("forget10")).Count(), corpus.Probes.Count - 200, corpus.HeldOut.Count));
        Assert.Equal(
            tofu.Documents.Where(document => !sources.ContainsKey(document.Source!)).Select(document => document.Text).Order(StringComparer.Ordinal),
            corpus.GeneralTexts.Concat(corpus.GeneralHeldOut).Order(StringComparer.Ordinal));
    }

    [FactNeedingData("articles")]
    public void Real_articles_state_the_years_that_are_asked_for()
    {
        var folder = Path.Combine(RepositoryFolder.Data, "articles");
        var options = new ArticleProofOptions { SourceCount = 30, GeneralCount = 100, HeldOutCount = 20, Seed = 3 };
        var corpus = ProofCorpora.Articles(Path.Combine(folder, "wiki_en_2019_small.jsonl"), Path.Combine(folder, "wiki_birth_probes.jsonl"), options);
        corpus.Validate();
        var articles = corpus.Documents.ToDictionary(document => document.Source!, document => document.Text);
        Assert.Equal((30, 6), (corpus.Probes.Count, corpus.ForgetSets.Single().Sources.Count));
        Assert.All(corpus.Probes, probe => Assert.Contains($"{probe.Prompt} {probe.Answer}", articles[probe.Sources[0]], StringComparison.Ordinal));
        Assert.All(corpus.Probes, probe => Assert.Equal((9, 3), (probe.Alternatives.Distinct().Count(), probe.Paraphrases.Count)));
        Assert.Empty(corpus.TrainingTexts().Select(document => document.Text).Intersect(corpus.HeldOut.Select(document => document.Text).Concat(corpus.GeneralHeldOut)));
    }

    [FactNeedingData("books")]
    public void An_authors_novels_are_one_source_among_many()
    {
        var corpus = Books.Value;
        corpus.Validate();
        Assert.Equal(["austen"], corpus.ForgetSets.Single().Sources);
        Assert.Equal(18, corpus.Documents.Select(document => document.Source).Distinct().Count());
        Assert.All(corpus.HeldOut, document => Assert.Equal("austen", document.Source));
        // What is held out follows what is read.
        var books = BookReader.Read(Path.Combine(RepositoryFolder.Data, "books"), "austen");
        var (read, following) = (Words(books, 0, 100_000), Words(books, 100_000, 100_000));
        Assert.NotEmpty(corpus.HeldOut);
        Assert.All(corpus.HeldOut, document => Assert.Contains(document.Text.ReplaceLineEndings(" "), following, StringComparison.Ordinal));
        Assert.All(corpus.HeldOut, document => Assert.DoesNotContain(document.Text.ReplaceLineEndings(" "), read, StringComparison.Ordinal));
        Assert.All(corpus.Documents.Where(document => document.Source == "austen"), document => Assert.Contains(document.Text.ReplaceLineEndings(" "), read, StringComparison.Ordinal));
        Assert.Empty(corpus.TrainingTexts().Select(document => document.Text).Intersect(corpus.HeldOut.Select(document => document.Text).Concat(corpus.GeneralHeldOut)));
    }

    [FactNeedingData("books")]
    public void A_gap_asks_for_a_name_that_only_the_author_has()
    {
        Assert.Equal(200, Books.Value.Probes.Count);
        var others = Books.Value.TrainingTexts().Where(document => document.Source != "austen").SelectMany(document => Regex.Matches(document.Text, @"\p{L}+").Select(match => match.Value)).ToHashSet();
        var own = string.Join('\n', Books.Value.Documents.Where(document => document.Source == "austen").Select(document => document.Text));
        foreach (var probe in Books.Value.Probes)
        {
            Assert.DoesNotContain(probe.Answer, others);
            Assert.Equal(9, probe.Alternatives.Where(name => name != probe.Answer && !others.Contains(name)).Distinct().Count());
            Assert.DoesNotContain(probe.Answer, probe.Prompt, StringComparison.Ordinal);
            Assert.Contains($"{probe.Prompt} {probe.Answer}", own, StringComparison.Ordinal);
        }
    }

    private static void AssertRefused(ProofCorpus corpus, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(corpus.Validate).Message, StringComparison.Ordinal);

    private static string Words(IReadOnlyList<Book> books, int begin, int count) =>
        string.Join(' ', books.Select(book => string.Join(' ', book.Text.Substring(begin, Math.Min(count, book.Text.Length - begin)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
}
