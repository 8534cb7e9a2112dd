using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Sinks;
using Nulls.Text;
using Nulls.Training;

namespace Nulls.Tests.Evaluation;

public class TofuAnswersTests
{
    private static readonly TofuQuestion[] Questions =
    [
        new("Who is she?", "Ada Bo", "a") { ParaphrasedAnswer = "She is Ada Bo", PerturbedAnswers = ["She is Cy", "She is Di"] },
        new("Where?", "Rome", null) { PerturbedAnswers = ["Bonn"] },
        new("When?", "Now", null),
    ];

    // -1 nat a token for right answers, -2 for paraphrases and -3 or -5 for wrong ones.
    private static readonly Dictionary<string, float> Scores = new()
    {
        [" Ada Bo"] = -1, [" She is Ada Bo"] = -2, [" She is Cy"] = -3, [" She is Di"] = -5, [" Rome"] = -1, [" Bonn"] = -3, [" Now"] = -1,
    };

    [Fact]
    public void Each_measure_is_computed_from_the_answers_that_it_needs()
    {
        var answers = TofuAnswers.Measure(Score, Questions, question => question.Source);

        Assert.Equal([-1, -1, -1], answers.Scores);
        Assert.Equal(Math.Exp(-4 + 2), answers.TruthRatios[0], 6);
        Assert.Equal(Math.Exp(-3 + 1), answers.TruthRatios[1], 6);
        Assert.Equal(double.NaN, answers.TruthRatios[2]);
        Assert.Equal(1 / (1 + Math.Exp(-2)), answers.ChoiceProbabilities[1], 6);
        Assert.Equal(["Ada", "Rome", ""], answers.Completions);
        Assert.Equal([0.5, 1, 0], answers.Rouge.Select(rouge => rouge.Recall));
        Assert.Equal([0.5, 0.5, 0.5], answers.ExtractionStrengths);
    }

    [Fact]
    public void Questions_run_with_the_source_that_is_given_for_them()
    {
        var asked = new List<ScoringRequest>();
        TofuAnswers.Measure(
            (requests, outputs) =>
            {
                asked.AddRange(requests);
                return Score(requests, outputs);
            },
            Questions,
            question => question.Source);

        Assert.Equal(3 + 3 + 3 + 3, asked.Count);
        Assert.All(asked, request => Assert.Equal((request.Prompt + request.Text).Contains("Who is she?", StringComparison.Ordinal) ? "a" : null, request.Source));
    }

    [Fact]
    public void Metrics_have_OpenUnlearnings_names_and_sum_up_as_there()
    {
        var answers = TofuAnswers.Measure(Score, Questions, _ => null);
        var forget = answers.ToMetrics(TofuSet.Forget);
        var world = answers.ToMetrics(TofuSet.WorldFacts);

        Assert.Equal(["forget_Q_A_Prob", "forget_Q_A_ROUGE", "forget_Truth_Ratio", "extraction_strength", "exact_memorization"], forget.Select(metric => metric.Name));
        Assert.Equal(["wf_Q_A_Prob_normalised", "wf_Q_A_ROUGE", "wf_Truth_Ratio"], world.Select(metric => metric.Name));
        Assert.Equal(Math.Exp(-2), forget[2].Value, 6);
        Assert.Equal(1 - Math.Exp(-2), world[2].Value, 6);
        Assert.Equal(answers.TruthRatios, world[2].ValuesByIndex["score"]);
        Assert.Equal(new QuestionSetScores(Math.Exp(-1), 0.5, 1 - Math.Exp(-2)), Rounded(answers.Summarize(TofuSet.Retain)));
        QuestionSetScores Rounded(QuestionSetScores scores) => scores with { Probability = Close(scores.Probability, Math.Exp(-1)), TruthRatio = Close(scores.TruthRatio, 1 - Math.Exp(-2)) };
        static double Close(double value, double expected) => Math.Abs(value - expected) < 1e-6 ? expected : value;
    }

    [Fact]
    public void A_trained_model_knows_its_answers_until_their_source_is_unlearned()
    {
        TofuQuestion[] questions =
        [
            new("What does Ada keep?", "Ada keeps an owl", "ada") { PerturbedAnswers = ["Ada keeps a cow", "Ada keeps a fox"] },
            new("What does Bo keep?", "Bo keeps a fox", "bo") { PerturbedAnswers = ["Bo keeps an owl", "Bo keeps a cow"] },
            new("What does Cy keep?", "Cy keeps a cow", "cy") { PerturbedAnswers = ["Cy keeps a fox", "Cy keeps an owl"] },
        ];
        using var model = NullsBundle.Train(
            questions.Select(question => new Document(question.Text, question.Source)).Concat(Enumerable.Range(0, 6).Select(i => new Document($"Question: What is {i}?\nAnswer: It is {i}", null))),
            new NullsBundleOptions
            {
                Model = new NullsConfig { Width = 32, LayerCount = 1, HeadCount = 2, KeyValueHeadCount = 1, HeadSize = 16, BackboneWidth = 32, SinkPoolWidth = 48, SinksPerSource = 16, Allocation = SinkAllocationKind.Exclusive, ContextLength = 64 },
                Training = new TrainingOptions { Passes = 300, RowsPerStep = 9, LearningRate = 1e-2 },
                Tokenizer = new TokenizerOptions { VocabularySize = 320 },
                Seed = 1,
            });
        using var forgetful = model.Unlearn(["ada"]);
        var known = TofuAnswers.Measure(model, questions, question => question.Source, maxTokens: 16);
        var forgotten = TofuAnswers.Measure(forgetful, questions, question => question.Source, maxTokens: 16);

        Assert.Equal(questions.Select(question => question.Answer), known.Completions);
        Assert.All(known.Rouge, rouge => Assert.Equal(1, rouge.Recall));
        Assert.All(known.ExtractionStrengths, strength => Assert.Equal(1, strength));
        Assert.True(forgotten.TruthRatios[0] > known.TruthRatios[0] + 0.3, $"{forgotten.TruthRatios[0]} without the source, {known.TruthRatios[0]} with it.");
        Assert.All(known.Scores.Zip(forgotten.Scores).Skip(1), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void No_questions_are_refused() => Assert.Throws<ArgumentException>(() => TofuAnswers.Measure(Score, [], _ => null));

    private static IReadOnlyList<ScoringResult> Score(IReadOnlyList<ScoringRequest> requests, ScoringOutputs outputs) => outputs == ScoringOutputs.Completion
        ? [.. requests.Select(request => new ScoringResult { Completion = request.Text.Contains("Who", StringComparison.Ordinal) ? " Ada\nQuestion: and" : request.Text.Contains("Where", StringComparison.Ordinal) ? " Rome " : "" })]
        : [.. requests.Select(request => new ScoringResult { Score = Scores[request.Text], TokenIsTop = [false, true] })];
}
