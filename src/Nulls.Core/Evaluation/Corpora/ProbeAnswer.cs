using Nulls.Inference;

namespace Nulls.Evaluation.Corpora;

/// <summary>How a model answered a question.</summary>
/// <param name="IsRight">Whether the right answer is likelier than every alternative, or, without alternatives, is what the model writes.</param>
/// <param name="Score">The mean log-probability a token of the right answer, in nats.</param>
/// <param name="TruthRatio">The wrong answers' probability by that of the paraphrased right one (<see cref="Evaluation.TruthRatio"/>); NaN without alternatives.</param>
internal readonly record struct ProbeAnswer(bool IsRight, double Score, double TruthRatio)
{
    // Candidates of one token share one pass of the model, so a batch is mostly questions, not requests.
    private const int QuestionsABatch = 64;

    /// <summary>Asks questions.</summary>
    /// <param name="score">Scores requests.</param>
    /// <param name="asked">The questions, as they are asked.</param>
    public static IReadOnlyList<ProbeAnswer> Ask(Func<IReadOnlyList<ScoringRequest>, IReadOnlyList<ScoringResult>> score, IReadOnlyList<AskedProbe> asked) =>
        [.. asked.Chunk(QuestionsABatch).SelectMany(batch => AskBatch(score, batch))];

    private static IEnumerable<ProbeAnswer> AskBatch(Func<IReadOnlyList<ScoringRequest>, IReadOnlyList<ScoringResult>> score, AskedProbe[] batch)
    {
        var results = score([.. batch.SelectMany(asked => Answers(asked.Probe).Select(answer => new ScoringRequest(" " + answer, asked.Source, asked.Prompt)))]);
        var first = 0;
        foreach (var (probe, _, _) in batch)
        {
            var right = results[first];
            double[] wrong = [.. Enumerable.Range(first + 1, probe.Alternatives.Count).Select(i => (double)results[i].Score)];
            first += 1 + wrong.Length;
            var paraphrased = IsParaphrased(probe) ? results[first++] : right;
            yield return new ProbeAnswer(
                wrong.Length == 0 ? ClozeAccuracy.IsRight(right.TokenIsTop) : wrong.All(other => right.Score > other),
                right.Score,
                wrong.Length == 0 ? double.NaN : Evaluation.TruthRatio.Of(paraphrased.Score, wrong));
        }
    }

    private static IEnumerable<string> Answers(ProofProbe probe)
    {
        var answers = probe.Alternatives.Prepend(probe.Answer);
        return IsParaphrased(probe) ? answers.Append(probe.ParaphrasedAnswer) : answers;
    }

    private static bool IsParaphrased(ProofProbe probe) => probe.ParaphrasedAnswer != probe.Answer;
}
