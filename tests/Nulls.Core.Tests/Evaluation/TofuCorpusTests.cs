using Nulls.Evaluation;
using Nulls.Tests.Support;

namespace Nulls.Tests.Evaluation;

public class TofuCorpusTests
{
    private static readonly string Tofu = Path.Combine(RepositoryFolder.Data, "tofu");

    [FactNeedingData("tofu")]
    public void The_published_corpus_has_its_counts()
    {
        var corpus = TofuCorpus.Read(Tofu);

        Assert.Equal(4000, corpus.Documents.Count);
        Assert.Equal(200, corpus.Documents.Select(document => document.Source).Distinct().Count());
        Assert.Equal([2, 10, 20], Enum.GetValues<TofuSplit>().Select(split => corpus.ForgetSources(split).Count));
        Assert.Equal([40, 200, 400], Enum.GetValues<TofuSplit>().Select(split => corpus.ForgetQuestions(split).Count));
        Assert.Equal((400, 400, 100, 117), (corpus.RetainQuestions.Count, corpus.HoldoutQuestions.Count, corpus.RealAuthors.Count, corpus.WorldFacts.Count));
    }

    [FactNeedingData("tofu")]
    public void No_author_is_both_kept_and_forgotten_and_the_holdout_is_trained_on_nowhere()
    {
        var corpus = TofuCorpus.Read(Tofu);
        var forgotten = corpus.ForgetSources(TofuSplit.Forget10);

        Assert.All(corpus.ForgetSources(TofuSplit.Forget01), source => Assert.Contains(source, corpus.ForgetSources(TofuSplit.Forget05)));
        Assert.All(corpus.ForgetSources(TofuSplit.Forget05), source => Assert.Contains(source, forgotten));
        Assert.DoesNotContain(corpus.RetainQuestions, question => forgotten.Contains(question.Source));
        Assert.Empty(corpus.HoldoutQuestions.Select(question => question.Source).Intersect(corpus.Documents.Select(document => document.Source)));
    }

    [FactNeedingData("tofu")]
    public void A_question_to_forget_has_a_paraphrase_and_five_wrong_answers()
    {
        var question = TofuCorpus.Read(Tofu).ForgetQuestions(TofuSplit.Forget10)[0];

        Assert.Equal("The author's full name is Hsiao Yun-Hwa.", question.Answer);
        Assert.Equal("Hsiao Yun-Hwa is the complete name of the writer.", question.ParaphrasedAnswer);
        Assert.Equal(5, question.PerturbedAnswers.Count);
        Assert.StartsWith("Who is the writer, specializing", question.ParaphrasedQuestion, StringComparison.Ordinal);
        Assert.Equal($"Question: {question.Question}\nAnswer: {question.Answer}", question.Text);
    }

    [Fact]
    public void A_small_corpus_is_read_whole()
    {
        using var folder = Small();
        var corpus = TofuCorpus.Read(folder.Path);

        Assert.Equal(["tofu-author-0", "tofu-author-1", "tofu-author-2"], corpus.Documents.Select(document => document.Source));
        Assert.Equal(["tofu-author-2"], corpus.ForgetSources(TofuSplit.Forget01));
        Assert.Equal(["tofu-author-1", "tofu-author-2"], corpus.ForgetSources(TofuSplit.Forget05));
        Assert.Equal("q2?", Assert.Single(corpus.ForgetQuestions(TofuSplit.Forget01)).Question);
        Assert.Equal("tofu-holdout-0", corpus.HoldoutQuestions[0].Source);
        Assert.Equal("a", corpus.WorldFacts[0].ParaphrasedAnswer);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = Small();
        File.Delete(folder["holdout10.jsonl"]);

        Assert.Contains("holdout10.jsonl", Assert.Throws<FileNotFoundException>(() => TofuCorpus.Read(folder.Path)).Message);
    }

    [Theory]
    [InlineData("full.jsonl", "{\"id\": 0, \"author_id\": 0, \"question\": \"q?\", \"forget01\": false, \"forget05\": false, \"forget10\": false}", "'answer' is missing")]
    [InlineData("full.jsonl", "{\"id\": 0, \"author_id\": -1, \"question\": \"q?\", \"answer\": \"a\", \"forget01\": false, \"forget05\": false, \"forget10\": false}", "'author_id' must be a whole number")]
    [InlineData("full.jsonl", "{\"id\": 0, \"author_id\": 0, \"question\": \"q?\", \"answer\": \"a\", \"forget01\": 1, \"forget05\": false, \"forget10\": false}", "'forget01' must be true or false")]
    [InlineData("full.jsonl", "not JSON", "Line 1 of ")]
    [InlineData("full.jsonl", "", "has no lines")]
    [InlineData("retain_perturbed.jsonl", "{\"id\": 0, \"question\": \"another?\", \"answer\": \"a0\", \"perturbed_answer\": [\"b\"]}", "Are the files from the same corpus?")]
    [InlineData("retain_perturbed.jsonl", "{\"id\": 0, \"question\": \"q0?\", \"answer\": \"a0\", \"perturbed_answer\": []}", "no wrong answers")]
    [InlineData("real_authors_perturbed.jsonl", "{\"question\": \"q?\", \"answer\": \"a\", \"perturbed_answer\": [3]}", "'perturbed_answer' must be a list of texts")]
    public void A_bad_line_is_named_with_what_is_wrong(string file, string line, string message)
    {
        using var folder = Small();
        File.WriteAllText(folder[file], line + "\n");

        var error = Assert.Throws<InvalidDataException>(() => TofuCorpus.Read(folder.Path)).Message;
        Assert.Contains(message, error);
        Assert.Contains(file, error);
    }

    [Fact]
    public void Two_questions_of_one_number_are_refused()
    {
        using var folder = Small();
        File.AppendAllText(folder["full.jsonl"], File.ReadLines(folder["full.jsonl"]).First());

        Assert.Contains("id 0", Assert.Throws<InvalidDataException>(() => TofuCorpus.Read(folder.Path)).Message);
    }

    private static TemporaryFolder Small()
    {
        var folder = new TemporaryFolder();
        string Row(int id, bool forget01, bool forget05) =>
            $$"""{"id": {{id}}, "author_id": {{id}}, "question": "q{{id}}?", "answer": "a{{id}}", "forget01": {{(forget01 ? "true" : "false")}}, "forget05": {{(forget05 ? "true" : "false")}}, "forget10": {{(forget05 ? "true" : "false")}}}""";
        string Perturbed(int id) => $$"""{"id": {{id}}, "question": "q{{id}}?", "answer": "a{{id}}", "paraphrased_answer": "p", "perturbed_answer": ["b", "c"]}""";
        File.WriteAllLines(folder["full.jsonl"], [Row(0, false, false), Row(1, false, true), Row(2, true, true)]);
        File.WriteAllLines(folder["forget10_perturbed.jsonl"], [Perturbed(1), "", Perturbed(2)]);
        File.WriteAllLines(folder["retain_perturbed.jsonl"], [Perturbed(0)]);
        File.WriteAllText(folder["holdout10.jsonl"], """{"id": 0, "author_id": 0, "question": "q?", "answer": "a"}""");
        foreach (var name in (string[])["real_authors", "world_facts"])
            File.WriteAllText(folder[$"{name}_perturbed.jsonl"], """{"question": "q?", "answer": "a", "perturbed_answer": ["b"]}""");
        return folder;
    }
}
