namespace Nulls.Evaluation;

/// <summary>What a model still can do after unlearning: TOFU's model utility (arXiv:2401.06121 §2.2).</summary>
/// <remarks>
/// The harmonic mean of nine numbers: probability, ROUGE-L recall and truth ratio on the questions to keep, on real authors and on facts
/// about the world. One bad number of the nine pulls it down. The sets other than the first suppose a model that was pretrained on
/// the world's text; one trained on TOFU alone is at chance there.
/// </remarks>
public static class ModelUtility
{
    /// <summary>Computes the model utility.</summary>
    /// <param name="retain">On the fictitious authors that were kept.</param>
    /// <param name="realAuthors">On real authors.</param>
    /// <param name="worldFacts">On facts about the world.</param>
    /// <returns>From 0 to 1; 0 when one of the nine is 0, NaN when one is.</returns>
    /// <exception cref="ArgumentException">A number is not from 0 to 1.</exception>
    public static double Of(QuestionSetScores retain, QuestionSetScores realAuthors, QuestionSetScores worldFacts)
    {
        double[] numbers =
        [
            retain.Probability, retain.RougeLRecall, retain.TruthRatio,
            realAuthors.Probability, realAuthors.RougeLRecall, realAuthors.TruthRatio,
            worldFacts.Probability, worldFacts.RougeLRecall, worldFacts.TruthRatio,
        ];
        foreach (var number in numbers)
        {
            if (number is < 0 or > 1)
                throw new ArgumentException($"The model utility is the harmonic mean of numbers from 0 to 1, and one is {number}.");
        }

        // 1 / 0 is infinite, which makes the mean 0.
        return numbers.Length / numbers.Sum(number => 1 / number);
    }
}
