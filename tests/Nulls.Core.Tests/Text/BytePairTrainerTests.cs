using Nulls.Tests.Support;
using Nulls.Text;

namespace Nulls.Tests.Text;

public class BytePairTrainerTests
{
    [Theory]
    [InlineData("ab", 400)]
    [InlineData("aaab ", 300)]
    [InlineData("abc  '\n", 300)]
    [InlineData("anbé1字 ", 200)]
    public void Merges_are_those_of_a_trainer_that_counts_everything_anew(string alphabet, int textLength)
    {
        for (int seed = 0; seed < 25; seed++)
        {
            var random = new Random(seed);
            string[] texts = [.. Enumerable.Range(0, 4).Select(_ => RandomText.DrawRepetitive(random, alphabet, textLength))];
            bool splitsDigits = seed % 2 == 0;
            int mergeCount = random.Next(60);
            Assert.Equal(
                NaiveBytePairs.Train(texts, mergeCount, splitsDigits),
                new BytePairTrainer(257 + mergeCount, splitsDigits).Train(texts).Merges);
        }
    }

    [Fact]
    public void Pairs_that_occur_equally_often_are_merged_in_the_order_of_their_ids() =>
        Assert.Equal([("a", "b"), ("c", "d")], new BytePairTrainer(259, false).Train(["cd", "cd", "ab", "ab"]).Merges);

    [Fact]
    public void The_order_of_the_texts_changes_nothing()
    {
        var random = new Random(3);
        string[] texts = [.. Enumerable.Range(0, 30).Select(_ => RandomText.DrawRepetitive(random, "abcd e", 200))];
        string[] shuffled = [.. texts];
        random.Shuffle(shuffled);
        Assert.Equal(Saved(new BytePairTrainer(400, false).Train(texts)), Saved(new BytePairTrainer(400, false).Train(shuffled)));
    }

    [Fact]
    public void Bytes_come_first_in_the_order_of_GPT_2_and_the_end_of_text_last()
    {
        var vocabulary = new BytePairTrainer(300, false).Train(["banana banana"]).Vocabulary;
        Assert.Equal(
            (0, 220, 198, vocabulary.Count - 1),
            (vocabulary["!"], vocabulary["Ġ"], vocabulary["Ċ"], vocabulary[BytePairModel.EndOfText]));
    }

    [Fact]
    public void Training_ends_early_when_no_pair_occurs_twice() =>
        Assert.Equal(257 + 1, new BytePairTrainer(5000, false).Train(["abab"]).Vocabulary.Count);

    [Fact]
    public void A_vocabulary_is_never_larger_than_asked()
    {
        var random = new Random(4);
        string[] texts = [RandomText.DrawRepetitive(random, "abcdefg ", 3000)];
        for (int size = 257; size < 330; size += 7)
            Assert.Equal(size, new BytePairTrainer(size, false).Train(texts).Vocabulary.Count);
    }

    [Fact]
    public void Without_text_there_are_the_bytes_and_the_end_of_text() =>
        Assert.Equal(257, new BytePairTrainer(1000, false).Train([]).Vocabulary.Count);

    [Fact]
    public void A_missing_text_is_named()
    {
        var exception = Assert.Throws<ArgumentException>(() => new BytePairTrainer(300, false).Train(["a", null!]));
        Assert.Contains("text 1 is null", exception.Message);
    }

    [Fact]
    public void The_corpus_is_read_once_and_not_held()
    {
        int alive = 0;
        IEnumerable<string> Texts()
        {
            var texts = new List<WeakReference>();
            for (int i = 0; i < 64; i++)
            {
                yield return Draw(i, texts);
                GC.Collect();
                alive = Math.Max(alive, texts.Count(text => text.IsAlive));
            }
        }

        static string Draw(int seed, List<WeakReference> texts)
        {
            string text = RandomText.DrawRepetitive(new Random(seed), "abc ", 2000) + "end";
            texts.Add(new WeakReference(text));
            return text;
        }

        new BytePairTrainer(300, false).Train(Texts());
        // The one in hand, and one that the iterator may still show.
        Assert.InRange(alive, 0, 2);
    }

    [FactNeedingData("articles/wiki_en_2019_small.jsonl")]
    public void Real_articles_need_a_token_for_more_than_three_characters()
    {
        string[] articles = RealText.Articles("wiki_en_2019_small.jsonl");
        var tokenizer = new BytePairTokenizer(new BytePairTrainer(4096, false).Train(articles));
        Assert.Equal(4096, tokenizer.VocabularySize);
        Assert.True(articles.Sum(text => text.Length) > 3.0 * articles.Sum(text => tokenizer.Encode(text).Length));
    }

    private static byte[] Saved(BytePairModel model)
    {
        using var stream = new MemoryStream();
        new BytePairTokenizer(model).Save(stream);
        return stream.ToArray();
    }
}
