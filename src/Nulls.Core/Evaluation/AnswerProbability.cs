namespace Nulls.Evaluation;

/// <summary>How probable a model holds an answer, by its mean log-probability a token so that long answers count like short ones (arXiv:2401.06121 §2.2).</summary>
/// <remarks>Our scores have no token for the answer's end; TOFU's released code counts one.</remarks>
public static class AnswerProbability
{
    /// <summary>The probability of an answer as written: P(answer | question)^(1 / its tokens).</summary>
    /// <param name="score">Its mean log-probability a token, in nats: a result's <c>Score</c>.</param>
    /// <returns>From 0 to 1: the geometric mean of its tokens' probabilities; NaN for an answer without tokens.</returns>
    public static double Verbatim(double score) => Math.Exp(score);

    /// <summary>The share of the right answer in the probability of all choices, each normalised by its length.</summary>
    /// <param name="right">The mean log-probability a token of the right answer, in nats.</param>
    /// <param name="wrong">Those of the wrong answers, at least 1.</param>
    /// <returns>From 0 to 1; chance is 1 in the number of choices. NaN when an answer has no tokens.</returns>
    /// <exception cref="ArgumentException">There is no wrong answer.</exception>
    public static double AmongChoices(double right, IReadOnlyList<double> wrong)
    {
        ArgumentNullException.ThrowIfNull(wrong);
        if (wrong.Count == 0)
            throw new ArgumentException("A choice needs a wrong answer beside the right one, and there is none.", nameof(wrong));

        // Relative to the right answer, so that tiny probabilities do not vanish.
        return 1 / (1 + wrong.Sum(score => Math.Exp(score - right)));
    }
}
