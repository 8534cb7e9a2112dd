namespace Nulls.Inference;

/// <summary>How much a term counts: log(1 + occurrences) in a text, times log(1 + sources / sources with the term).</summary>
internal static class TermWeight
{
    private static readonly float[] OfOccurrences = [.. Enumerable.Range(0, ushort.MaxValue + 1).Select(count => (float)Math.Log(1.0 + count))];

    public static float LogOccurrences(ushort count) => OfOccurrences[count];

    public static double InverseFrequency(int indexedCount, int frequency) => Math.Log(1 + (double)indexedCount / frequency);
}
