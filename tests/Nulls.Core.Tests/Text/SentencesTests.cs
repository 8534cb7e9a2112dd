using Nulls.Text;

namespace Nulls.Tests.Text;

public class SentencesTests
{
    [Theory]
    [InlineData("One. Two! Three?", new[] { "One.", " Two!", " Three?" })]
    [InlineData("He said \"No.\" Then (he left.)  End", new[] { "He said \"No.\"", " Then (he left.)", "  End" })]
    [InlineData("Title\n\nText of 3.14 metres\r\nmore", new[] { "Title", "\n\nText of 3.14 metres", "\r\nmore" })]
    [InlineData("Wait... what?!", new[] { "Wait...", " what?!" })]
    [InlineData("No end here", new[] { "No end here" })]
    [InlineData("  Led and trailed. \n", new[] { "  Led and trailed. \n" })]
    [InlineData("a .b", new[] { "a .b" })]
    [InlineData("\" a", new[] { "\" a" })]
    [InlineData(" \n ", new[] { " \n " })]
    [InlineData("", new string[0])]
    public void Prose_is_cut_at_sentence_ends_and_line_breaks(string text, string[] expected) => Assert.Equal(expected, Sentences.Split(text));

    [Fact]
    public void Sentences_join_up_to_the_text()
    {
        var random = new Random(13);
        for (int i = 0; i < 5000; i++)
        {
            string text = DrawProse(random);
            Assert.Equal(text, string.Concat(Sentences.Split(text)));
        }
    }

    [Fact]
    public void No_sentence_is_blank_unless_the_text_is()
    {
        var random = new Random(14);
        for (int i = 0; i < 5000; i++)
        {
            string text = DrawProse(random);
            if (!string.IsNullOrWhiteSpace(text))
                Assert.All(Sentences.Split(text), sentence => Assert.False(string.IsNullOrWhiteSpace(sentence)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_tokens_of_the_sentences_join_up_to_the_tokens_of_the_text(bool splitsDigits)
    {
        var random = new Random(15);
        var tokenizer = BytePairTokenizer.Create(
            new() { VocabularySize = 400, SplitsDigits = splitsDigits, AddsPrefixSpace = false }, Enumerable.Range(0, 200).Select(_ => DrawProse(random)));
        for (int i = 0; i < 2000; i++)
        {
            string text = DrawProse(random);
            Assert.Equal(tokenizer.Encode(text), Sentences.Split(text).SelectMany(tokenizer.Encode));
        }
    }

    private static string DrawProse(Random random) => random.Next(2) == 0 ? RandomText.Draw(random) : RandomText.DrawRepetitive(random, "ab1.!?\"' \n\r\t", 40);
}
