using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.Tests.Support;

namespace Nulls.Tests.Evaluation;

public class BenchmarkTests
{
    private const string Choices = """{"query": "Question: Is it?\n", "choices": ["no", "yes it is"], "gold": 1}""";

    private const string Options = """{"context_options": ["A because A ", "A because B "], "continuation": "ran.", "gold": 0}""";

    private const string Gap = """{"context": "All is", "continuation": "well"}""";

    [TheoryNeedingData("benchmarks")]
    [InlineData("arc_easy", 2376, 4)]
    [InlineData("arc_challenge", 1172, 4)]
    [InlineData("boolq", 3270, 2)]
    [InlineData("commonsense_qa", 1221, 4)]
    [InlineData("copa", 100, 2)]
    [InlineData("openbook_qa", 500, 4)]
    [InlineData("piqa", 1838, 2)]
    [InlineData("siqa", 1954, 2)]
    [InlineData("winograd_wsc", 273, 2)]
    [InlineData("winogrande", 1267, 2)]
    [InlineData("lambada_openai", 5153, 1)]
    [InlineData("bigbench_qa_wikidata", 20321, 1)]
    public void Published_benchmarks_are_read_whole(string name, int count, int choices)
    {
        var questions = BenchmarkReader.Read(Path.Combine(RepositoryFolder.Data, "benchmarks", name + ".jsonl"));

        Assert.Equal(count, questions.Count);
        Assert.All(questions, question => Assert.Equal(choices, question.Choices.Count));
        Assert.All(questions.SelectMany(question => question.Choices), choice =>
        {
            Assert.Matches(@"^ \S", choice.Continuation);
            Assert.Matches(@"\S$", choice.Context);
        });
    }

    [Fact]
    public void A_question_is_prompted_for_its_answer()
    {
        Assert.Equal(
            [new("Question: Is it?\nAnswer:", " no"), new BenchmarkChoice("Question: Is it?\nAnswer:", " yes it is")], Read(Choices)[0].Choices);
        Assert.Equal("Question: Which?\nChoices: A, B\nAnswer:", Read("""{"query": "Question: Which?\nChoices: A, B\nAnswer:", "choices": ["A", "B"], "gold": 0}""")[0].Choices[0].Context);
        Assert.Equal("The man ran, therefore", Read("""{"query": "The man ran, therefore", "choices": ["he", "she"], "gold": 0}""")[0].Choices[0].Context);
    }

    [Fact]
    public void A_sentence_with_two_beginnings_is_scored_by_its_end() =>
        Assert.Equal([new("A because A", " ran."), new BenchmarkChoice("A because B", " ran.")], Read(Options)[0].Choices);

    [Theory]
    [InlineData("""{"query": "q", "choices": ["a", "b"], "gold": 2}""", "'gold' must be a whole number from 0 to 1, and is 2")]
    [InlineData("""{"query": "q", "choices": ["a"], "gold": 0}""", "at least 2 choices")]
    [InlineData("""{"choices": ["a", "b"], "gold": 0}""", "'query' is missing")]
    [InlineData("""{"context": "q"}""", "'continuation' is missing")]
    [InlineData("""{"context": "", "continuation": "q"}""", "'context' must be a text that is not empty")]
    [InlineData("[]", "Line 2 of")]
    public void A_bad_line_is_named_with_what_is_wrong(string line, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Read(Gap, line)).Message);

    [Fact]
    public void The_answer_is_the_likeliest_choice_by_all_its_tokens_or_by_its_characters()
    {
        // " no": -1.2 of 2 characters; " yes it is": -1.5 of 9.
        IReadOnlyList<ScoringResult> Score(IReadOnlyList<ScoringRequest> requests) =>
            [.. requests.Select(request => request.Text == " no" ? Result([true], -1.2f) : Result([true, true, true], -0.5f, -0.5f, -0.5f))];
        var accuracy = BenchmarkAccuracy.Measure(Score, "b", Read(Choices));

        Assert.Equal((0, 1, 0.5), (accuracy.Accuracy.Value, accuracy.NormalizedAccuracy.Value, accuracy.Chance));
        Assert.Equal(("b_acc", "b_acc_norm"), (accuracy.Accuracy.Name, accuracy.NormalizedAccuracy.Name));
    }

    [Fact]
    public void A_gap_is_filled_when_every_token_is_the_likeliest()
    {
        IReadOnlyList<ScoringResult> Score(IReadOnlyList<ScoringRequest> requests) =>
            [.. requests.Select(request => Result([true, request.Prompt == "All is"], -9, -9))];
        var accuracy = BenchmarkAccuracy.Measure(Score, "gaps", Read(Gap, """{"context": "Nothing is", "continuation": "well"}"""));

        Assert.Equal((0.5, 0), (accuracy.Accuracy.Value, accuracy.Chance));
        Assert.Equal([1, 0], accuracy.Accuracy.ValuesByIndex["score"]);
    }

    [Fact]
    public void Every_question_is_asked_once_in_order_and_no_source_is_told()
    {
        var lines = Enumerable.Range(0, 70).Select(i => $$"""{"query": "q{{i}}", "choices": ["a", "b"], "gold": {{i % 2}}}""").ToArray();
        var asked = new List<ScoringRequest>();
        IReadOnlyList<ScoringResult> Score(IReadOnlyList<ScoringRequest> requests)
        {
            asked.AddRange(requests);
            return [.. requests.Select(request => Result([true], request.Text == " a" ? -1 : -2))];
        }

        Assert.Equal(0.5, BenchmarkAccuracy.Measure(Score, "b", Read(lines)).Accuracy.Value);
        Assert.Equal(lines.SelectMany((_, i) => (ScoringRequest[])[new(" a", null, $"q{i}"), new(" b", null, $"q{i}")]), asked);
    }

    [Fact]
    public void A_benchmark_without_questions_is_refused() => Assert.Throws<ArgumentException>(() => BenchmarkAccuracy.Measure(_ => [], "b", []));

    private static IReadOnlyList<BenchmarkQuestion> Read(params string[] lines)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["b.jsonl"], lines);
        return BenchmarkReader.Read(folder["b.jsonl"]);
    }

    private static ScoringResult Result(bool[] isTop, params float[] logProbabilities) => new() { TokenLogProbabilities = logProbabilities, TokenIsTop = isTop };
}
