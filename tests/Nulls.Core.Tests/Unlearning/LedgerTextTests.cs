using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

public class LedgerTextTests
{
    private static readonly string Hash = new('a', 64);

    [Fact]
    public void A_head_reads_back_as_it_was_written()
    {
        var head = new LedgerHead(12, Hash);
        Assert.Equal($"12:{Hash}", head.ToString());
        Assert.Equal(head, LedgerHead.Parse(head.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("12:abc")]
    [InlineData("0:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_head_is_refused(string text) => Assert.Throws<FormatException>(() => LedgerHead.Parse(text));

    [Fact]
    public void A_pseudonym_reads_back_as_it_was_written()
    {
        var text = string.Concat(Enumerable.Range(0, 32).Select(i => (i * 5).ToString("x2")));
        Assert.Equal(text, SourcePseudonym.Parse(text).ToString());
    }

    [Fact]
    public void What_is_no_pseudonym_is_refused() => Assert.Throws<FormatException>(() => SourcePseudonym.Parse("00"));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\nb")]
    public void A_request_names_who_acts_in_one_line(string actor) =>
        Assert.ThrowsAny<ArgumentException>(() => (TestLedger.Request with { Actor = actor }).Validate());

    [Theory]
    [InlineData("a b")]
    [InlineData("café")]
    public void A_reason_is_a_code(string reason) =>
        Assert.Contains("code", Assert.Throws<ArgumentException>(() => (TestLedger.Request with { ReasonCode = reason }).Validate()).Message);

    [Fact]
    public void A_long_text_is_refused_with_both_lengths() =>
        Assert.Contains("at most 128", Assert.Throws<ArgumentException>(() => (TestLedger.Request with { LegalBasis = new string('x', 129) }).Validate()).Message);
}
