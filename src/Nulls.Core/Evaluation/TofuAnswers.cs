using Nulls.Inference;

namespace Nulls.Evaluation;

/// <summary>What a model makes of TOFU's questions: of each measure one value a question, in their order.</summary>
/// <remarks>Truth ratios of two models make <see cref="ForgetQuality"/>, three sets make <see cref="ModelUtility"/>.</remarks>
public sealed record TofuAnswers
{
    /// <summary>Gets the mean log-probability a token of the right answer, in nats.</summary>
    public required IReadOnlyList<double> Scores { get; init; }

    /// <summary>Gets the truth ratio, geometric; NaN where there is no wrong answer.</summary>
    public required IReadOnlyList<double> TruthRatios { get; init; }

    /// <summary>Gets the right answer's share among it and the wrong ones; NaN where there is none.</summary>
    public required IReadOnlyList<double> ChoiceProbabilities { get; init; }

    /// <summary>Gets the likeness of the greedy completion to the right answer, with stems.</summary>
    public required IReadOnlyList<RougeL> Rouge { get; init; }

    /// <summary>Gets the extraction strength of the right answer.</summary>
    public required IReadOnlyList<double> ExtractionStrengths { get; init; }

    /// <summary>Gets the exact memorization of the right answer.</summary>
    public required IReadOnlyList<double> ExactMemorizations { get; init; }

    /// <summary>Gets the greedy completion, to the end of its first line.</summary>
    public required IReadOnlyList<string> Completions { get; init; }

    /// <summary>Asks a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="questions">The questions, at least 1.</param>
    /// <param name="sourceOf">The key of the source whose sinks should run; null for none. Unlearned ones are routed as the model does.</param>
    /// <param name="maxTokens">The most tokens of a completion; the default is 64.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <exception cref="ArgumentException">There are no questions.</exception>
    public static TofuAnswers Measure(
        NullsBundle model, IReadOnlyList<TofuQuestion> questions, Func<TofuQuestion, string?> sourceOf, int maxTokens = 64, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Measure(
            (requests, outputs) => model.Score(requests, outputs, new GenerationOptions { MaxTokens = maxTokens }, cancellationToken), questions, sourceOf);
    }

    /// <summary>Gives the three measures that TOFU sums up, as <see cref="ModelUtility"/> takes them.</summary>
    /// <param name="set">What the questions are about.</param>
    public QuestionSetScores Summarize(TofuSet set)
    {
        var (probability, rouge, truth) = (ProbabilityOf(set), RougeOf(set), TruthRatioOf(set));
        return new(probability.Value, rouge.Value, truth.Value);
    }

    /// <summary>Gives the measures as metrics with OpenUnlearning's names: <c>forget_Q_A_Prob</c>, <c>retain_Truth_Ratio</c>, <c>ra_Q_A_Prob_normalised</c> ...</summary>
    /// <param name="set">What the questions are about; of <see cref="TofuSet.Forget"/> also <c>extraction_strength</c> and <c>exact_memorization</c>.</param>
    public IReadOnlyList<MetricResult> ToMetrics(TofuSet set)
    {
        List<MetricResult> metrics = [ProbabilityOf(set), RougeOf(set), TruthRatioOf(set)];
        if (set == TofuSet.Forget)
        {
            metrics.Add(MetricResult.OfMean("extraction_strength", ExtractionStrengths));
            metrics.Add(MetricResult.OfMean("exact_memorization", ExactMemorizations));
        }

        return metrics;
    }

    internal static TofuAnswers Measure(
        Func<IReadOnlyList<ScoringRequest>, ScoringOutputs, IReadOnlyList<ScoringResult>> score, IReadOnlyList<TofuQuestion> questions, Func<TofuQuestion, string?> sourceOf)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(sourceOf);
        if (questions.Count == 0)
            throw new ArgumentException("There are no questions to ask.", nameof(questions));

        ScoringRequest Answer(TofuQuestion question, string answer) => new(" " + answer, sourceOf(question), question.Prompt);
        var right = score([.. questions.Select(question => Answer(question, question.Answer))], ScoringOutputs.LogProbabilities);
        var paraphrased = score([.. questions.Select(question => Answer(question, question.ParaphrasedAnswer))], ScoringOutputs.LogProbabilities);
        var perturbed = new Queue<ScoringResult>(score([.. questions.SelectMany(question => question.PerturbedAnswers.Select(answer => Answer(question, answer)))], ScoringOutputs.LogProbabilities));
        double[][] wrong = [.. questions.Select(question => question.PerturbedAnswers.Select(_ => (double)perturbed.Dequeue().Score).ToArray())];
        var completions = score([.. questions.Select(question => new ScoringRequest(question.Prompt, sourceOf(question)))], ScoringOutputs.Completion)
            .Select(result => result.Completion.TrimStart().Split('\n')[0].TrimEnd()).ToArray();
        return new TofuAnswers
        {
            Scores = [.. right.Select(result => (double)result.Score)],
            TruthRatios = [.. wrong.Select((scores, i) => scores.Length == 0 ? double.NaN : TruthRatio.Of(paraphrased[i].Score, scores))],
            ChoiceProbabilities = [.. wrong.Select((scores, i) => scores.Length == 0 ? double.NaN : AnswerProbability.AmongChoices(right[i].Score, scores))],
            Rouge = [.. questions.Select((question, i) => RougeL.Of(question.Answer, completions[i]))],
            ExtractionStrengths = [.. right.Select(result => ExtractionStrength.Of(result.TokenIsTop))],
            ExactMemorizations = [.. right.Select(result => ExactMemorization.Of(result.TokenIsTop))],
            Completions = completions,
        };
    }

    private MetricResult ProbabilityOf(TofuSet set)
    {
        if (set is TofuSet.RealAuthors or TofuSet.WorldFacts)
            return MetricResult.OfMean(Prefix(set) + "_Q_A_Prob_normalised", ChoiceProbabilities, "prob");

        double[] probabilities = [.. Scores.Select(AnswerProbability.Verbatim)];
        return MetricResult.OfMean(Prefix(set) + "_Q_A_Prob", probabilities) with
        {
            ValuesByIndex = new Dictionary<string, IReadOnlyList<double>> { ["prob"] = probabilities, ["avg_loss"] = [.. Scores.Select(score => -score)] },
        };
    }

    private MetricResult RougeOf(TofuSet set)
    {
        double[] recalls = [.. Rouge.Select(rouge => rouge.Recall)];
        return MetricResult.OfMean(Prefix(set) + "_Q_A_ROUGE", recalls) with
        {
            ValuesByIndex = new Dictionary<string, IReadOnlyList<double>> { ["rougeL_recall"] = recalls, ["rougeL_f1"] = [.. Rouge.Select(rouge => rouge.FMeasure)] },
        };
    }

    // The mean and its interval are of what each ratio is worth; the values are the ratios, which forget quality compares.
    private MetricResult TruthRatioOf(TofuSet set) =>
        MetricResult.OfMean(Prefix(set) + "_Truth_Ratio", [.. TruthRatios.Select(ratio => set == TofuSet.Forget ? TruthRatio.ForgetScore([ratio]) : TruthRatio.RetainScore([ratio]))]) with
        {
            ValuesByIndex = new Dictionary<string, IReadOnlyList<double>> { ["score"] = TruthRatios },
        };

    private static string Prefix(TofuSet set) => set switch
    {
        TofuSet.Forget => "forget",
        TofuSet.Retain => "retain",
        TofuSet.RealAuthors => "ra",
        TofuSet.WorldFacts => "wf",
        _ => throw new ArgumentOutOfRangeException(nameof(set), set, "The set must be Forget, Retain, RealAuthors or WorldFacts."),
    };
}
