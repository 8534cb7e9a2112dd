using Nulls.Text;

namespace Nulls.Tests.Text;

public class WordCountsTests
{
    [Fact]
    public void Below_the_bound_every_word_is_counted()
    {
        var counts = Count(Enumerable.Range(0, 1000).Select(i => $"word {i} word"), mostWords: 5000);
        Assert.Equal(2000, counts[" word"]);
        Assert.Equal(1, counts[" 999"]);
    }

    [Fact]
    public void Words_without_end_keep_to_the_bound_and_frequent_ones_stay()
    {
        var counts = new WordCounts(splitsDigits: false, addsPrefixSpace: true, mostWords: 1000);
        for (var i = 0; i < 200_000; i++)
        {
            counts.Add($"the {i}x");
            if (i % 10_000 == 0)
                Assert.InRange(counts.Counts.Count, 1, 1000);
        }

        Assert.Equal(200_000, counts.Counts[" the"]);
    }

    [Fact]
    public void Long_words_keep_to_the_bound_of_characters()
    {
        var counts = new WordCounts(splitsDigits: false, addsPrefixSpace: true, mostWords: 1000, mostCharacters: 20_000);
        for (var i = 0; i < 5000; i++)
            counts.Add(new string((char)('a' + (i % 26)), 100 + (i % 900)));
        Assert.InRange(counts.Counts.Keys.Sum(word => (long)word.Length), 1, 20_000);
    }

    [Fact]
    public void Words_that_are_all_frequent_are_forgotten_rather_than_the_bound()
    {
        var counts = Count(Enumerable.Range(0, 3000).Select(i => string.Concat(Enumerable.Repeat($" {i}x", 50))), mostWords: 100);
        Assert.InRange(counts.Count, 1, 100);
    }

    [Fact]
    public void What_is_forgotten_does_not_change_the_merges_of_frequent_words()
    {
        var random = new Random(1);
        string[] texts = [.. Enumerable.Range(0, 3000).Select(_ => $"the quick brown foxes were jumping over lazy dogs {random.NextInt64(1L << 40)}")];
        var (all, bounded) = (new WordCounts(false, true), new WordCounts(false, true, mostWords: 200));
        foreach (var text in texts)
        {
            all.Add(text);
            bounded.Add(text);
        }

        Assert.Equal(new BytePairTrainer(285, false, true).Train(all).Merges, new BytePairTrainer(285, false, true).Train(bounded).Merges);
    }

    private static IReadOnlyDictionary<string, long> Count(IEnumerable<string> texts, int mostWords)
    {
        var counts = new WordCounts(splitsDigits: false, addsPrefixSpace: true, mostWords);
        foreach (var text in texts)
            counts.Add(text);
        return counts.Counts;
    }
}
