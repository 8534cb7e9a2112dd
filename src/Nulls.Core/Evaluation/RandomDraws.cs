namespace Nulls.Evaluation;

/// <summary>What experiments draw.</summary>
internal static class RandomDraws
{
    /// <summary>Draws an order of the numbers from 0 to <paramref name="count"/> - 1.</summary>
    public static int[] Permutation(this Random random, int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        return order;
    }

    /// <summary>Draws numbers from 0 to <paramref name="kinds"/> - 1, each as often as every other.</summary>
    public static int[] Deal(this Random random, int count, int kinds)
    {
        int[] dealt = [.. Enumerable.Range(0, count).Select(i => i % kinds)];
        random.Shuffle(dealt);
        return dealt;
    }

    /// <summary>Draws one of the items.</summary>
    public static T Choose<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
