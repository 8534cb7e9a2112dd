using Nulls.Evaluation;

namespace Nulls.Tests.Evaluation;

public class VerbatimSpansTests
{
    [Fact]
    public void A_text_known_by_heart_is_recited_from_every_position()
    {
        Assert.Equal(1, VerbatimSpans.Share([Enumerable.Repeat(true, 50).ToArray()]));
    }

    [Fact]
    public void One_wrong_token_spoils_every_span_that_holds_it()
    {
        var isTop = Enumerable.Repeat(true, 100).ToArray();
        isTop[50] = false;

        Assert.Equal((81 - 20) / 81.0, VerbatimSpans.Share([isTop]));
    }

    [Fact]
    public void Texts_count_by_their_positions_and_spans_do_not_cross_texts()
    {
        bool[] known = [.. Enumerable.Repeat(true, 3)];
        bool[] unknown = [.. Enumerable.Repeat(false, 5)];

        Assert.Equal(2 / 6.0, VerbatimSpans.Share([known, unknown], length: 2));
    }

    [Fact]
    public void The_share_is_that_of_counting_every_window()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 200; trial++)
        {
            var texts = Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(4) > 0).ToArray()).ToArray();
            var length = random.Next(1, 6);
            var windows = texts.SelectMany(text => Enumerable.Range(0, Math.Max(0, text.Length - length + 1)).Select(start => text[start..(start + length)].All(isTop => isTop))).ToArray();
            if (windows.Length > 0)
                Assert.Equal(windows.Count(isRecited => isRecited) / (double)windows.Length, VerbatimSpans.Share(texts, length));
        }
    }

    [Fact]
    public void Texts_shorter_than_a_span_have_no_share()
    {
        Assert.Equal(double.NaN, VerbatimSpans.Share([Enumerable.Repeat(true, 2).ToArray()], length: 3));
    }

    [Fact]
    public void A_span_of_no_tokens_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => VerbatimSpans.Share([], length: 0));
    }
}
