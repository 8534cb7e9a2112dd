using Nulls.Inference;

namespace Nulls.Evaluation;

/// <summary>How many questions of a benchmark a model answers rightly, without a word of instruction or example. Chance is told beside.</summary>
public sealed record BenchmarkAccuracy
{
    // Choices with one context share the reading of it.
    private const int QuestionsABatch = 32;

    /// <summary>Gets the share of questions whose right choice has the greatest log-probability, summed over its tokens; of gaps, the share filled word for word. From 0 to 1.</summary>
    public required MetricResult Accuracy { get; init; }

    /// <summary>Gets the same with each choice's log-probability divided by its characters, so that short choices are not favoured (acc_norm of the LM Evaluation Harness). From 0 to 1.</summary>
    public required MetricResult NormalizedAccuracy { get; init; }

    /// <summary>Gets what guessing gets: the mean of 1 in the number of choices; 0 for gaps.</summary>
    public required double Chance { get; init; }

    /// <summary>Measures a model.</summary>
    /// <param name="model">The model. Questions name no source: what runs is the model's routing.</param>
    /// <param name="name">The benchmark's name; metrics are called by it and <c>_acc</c> or <c>_acc_norm</c>.</param>
    /// <param name="questions">The questions, at least 1.</param>
    /// <param name="cancellationToken">Checked between batches.</param>
    /// <exception cref="ArgumentException">There are no questions.</exception>
    public static BenchmarkAccuracy Measure(NullsBundle model, string name, IReadOnlyList<BenchmarkQuestion> questions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Measure(requests => model.Score(requests, ScoringOutputs.LogProbabilities, cancellationToken: cancellationToken), name, questions);
    }

    internal static BenchmarkAccuracy Measure(
        Func<IReadOnlyList<ScoringRequest>, IReadOnlyList<ScoringResult>> score, string name, IReadOnlyList<BenchmarkQuestion> questions)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(questions);
        if (questions.Count == 0)
            throw new ArgumentException($"The benchmark '{name}' has no questions.", nameof(questions));

        var isRight = new List<bool>(questions.Count);
        var isRightNormalized = new List<bool>(questions.Count);
        foreach (var batch in questions.Chunk(QuestionsABatch))
        {
            var results = score([.. batch.SelectMany(question => question.Choices.Select(choice => new ScoringRequest(choice.Continuation, null, choice.Context)))]);
            var first = 0;
            foreach (var question in batch)
            {
                var answers = results.Skip(first).Take(question.Choices.Count).ToArray();
                first += answers.Length;
                isRight.Add(IsRight(question, answers, _ => 1));
                isRightNormalized.Add(IsRight(question, answers, choice => choice.Continuation.Length - 1));
            }
        }

        return new BenchmarkAccuracy
        {
            Accuracy = MetricResult.OfProportion(name + "_acc", isRight),
            NormalizedAccuracy = MetricResult.OfProportion(name + "_acc_norm", isRightNormalized),
            Chance = questions.Average(question => question.Choices.Count == 1 ? 0 : 1.0 / question.Choices.Count),
        };
    }

    private static bool IsRight(BenchmarkQuestion question, ScoringResult[] answers, Func<BenchmarkChoice, double> length)
    {
        if (answers.Length == 1)
            return ClozeAccuracy.IsRight(answers[0].TokenIsTop);
        var best = Enumerable.Range(0, answers.Length).MaxBy(i => answers[i].TokenLogProbabilities.Sum(value => (double)value) / length(question.Choices[i]));
        return best == question.RightIndex;
    }
}
