namespace Nulls.Evaluation;

/// <summary>How much of a reference a text repeats in order, with gaps allowed: ROUGE-L by the longest common subsequence of words (Lin 2004, ACL W04-1013 §3.1).</summary>
/// <param name="Precision">The subsequence's share of the text's words, from 0 to 1.</param>
/// <param name="Recall">The subsequence's share of the reference's words, from 0 to 1: TOFU's and MUSE's figure.</param>
/// <remarks>
/// Words are as in the package rouge-score, whose figures are reproduced: lower case, runs of a-z and 0-9; all else parts words, also a
/// letter with an accent. One sentence against one; not ROUGE-Lsum. A text that says the same in other words has little of it.
/// </remarks>
public readonly record struct RougeL(double Precision, double Recall)
{
    // The package stems no shorter word.
    private const int ShortestStemmed = 4;

    /// <summary>Gets the harmonic mean of precision and recall; 0 when both are.</summary>
    public double FMeasure => Precision + Recall > 0 ? 2 * Precision * Recall / (Precision + Recall) : 0;

    /// <summary>Compares a text with a reference.</summary>
    /// <param name="reference">The right text.</param>
    /// <param name="text">What was written.</param>
    /// <param name="stems">Whether English endings are cut first, by Porter's algorithm; the default is true, as in TOFU and OpenUnlearning.</param>
    /// <returns>Zeros when one of them has no words.</returns>
    public static RougeL Of(string reference, string text, bool stems = true)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(text);
        var expected = Words(reference, stems);
        var written = Words(text, stems);
        if (expected.Count == 0 || written.Count == 0)
            return new(0, 0);
        var common = LongestCommonSubsequence(expected, written);
        return new((double)common / written.Count, (double)common / expected.Count);
    }

    private static List<string> Words(string text, bool stems)
    {
        var words = new List<string>();
        var lower = text.ToLowerInvariant();
        for (var start = 0; start < lower.Length;)
        {
            var end = start;
            while (end < lower.Length && (char.IsAsciiLetterLower(lower[end]) || char.IsAsciiDigit(lower[end])))
                end++;
            if (end > start)
            {
                var word = lower[start..end];
                words.Add(stems && word.Length >= ShortestStemmed ? PorterStemmer.Stem(word) : word);
            }

            start = end + 1;
        }

        return words;
    }

    private static int LongestCommonSubsequence(List<string> first, List<string> second)
    {
        var lengths = new int[second.Count + 1];
        foreach (var word in first)
        {
            var diagonal = 0;
            for (var j = 1; j <= second.Count; j++)
            {
                var above = lengths[j];
                lengths[j] = word == second[j - 1] ? diagonal + 1 : Math.Max(above, lengths[j - 1]);
                diagonal = above;
            }
        }

        return lengths[^1];
    }
}
