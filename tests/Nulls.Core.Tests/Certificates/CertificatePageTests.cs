using System.Text.RegularExpressions;
using Nulls.Certificates;

namespace Nulls.Tests.Certificates;

public partial class CertificatePageTests(IssuedCertificates issued) : IClassFixture<IssuedCertificates>
{
    [Fact]
    public void The_page_tells_what_was_asked_done_checked_and_not_and_what_it_does_not_prove()
    {
        var page = issued.Certificate.ToHtml();
        Assert.Equal(
            ["What was asked", "What was done", "What was checked", "What was not checked", "What others lost", "What must be recalled", "What this does not prove"],
            Heading().Matches(page).Select(heading => heading.Groups[1].Value));
        Assert.Contains("data protection officer", page, StringComparison.Ordinal);
        Assert.Contains("1.5 (1.25 to 1.75)", page, StringComparison.Ordinal);
        Assert.Contains("proves nothing by itself", page, StringComparison.Ordinal);
    }

    [Fact]
    public void It_begins_with_how_many_tests_were_run_and_how_many_attacks_were_not() =>
        Assert.Contains("1 source: erased (weights set to zero). Of 1 tests that were run, 0 passed, 0 failed, 0 were inconclusive, and 1 have no threshold; 9 attacks were not tried.", issued.Certificate.ToHtml(), StringComparison.Ordinal);

    [Fact]
    public void A_verification_is_told_check_by_check()
    {
        var verification = issued.Certificate.Verify(issued.Key, issued.Evidence);
        var page = issued.Certificate.ToHtml(verification);
        Assert.All(verification.Checks, check => Assert.Contains(check.Name, page, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_runs_and_nothing_is_fetched()
    {
        var page = issued.Certificate.ToHtml();
        Assert.DoesNotMatch("(?i)<script|src=|href=|url\\(|@import|\\son[a-z]+=", page);
    }

    [Fact]
    public void Every_element_that_is_opened_is_closed()
    {
        var open = new Stack<string>();
        foreach (Match tag in Tag().Matches(issued.Certificate.ToHtml(issued.Certificate.Verify(issued.Key))))
        {
            if (tag.Groups[2].Value is "meta" or "!DOCTYPE")
                continue;
            if (tag.Groups[1].Value.Length == 0)
                open.Push(tag.Groups[2].Value);
            else
                Assert.Equal(open.Pop(), tag.Groups[2].Value);
        }

        Assert.Empty(open);
    }

    [Fact]
    public void Texts_are_escaped()
    {
        var details = new CertificateDetails { RequesterRole = "<script>alert(1)</script>", Recall = [new CertificateArtefact { Name = "a & \"b\" <i>", Kind = "c" }] };
        var page = UnlearningCertificate.Issue(issued.Before, issued.After, issued.Ledger, issued.Entry, details).ToHtml();
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("a &amp; &quot;b&quot; &lt;i&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void It_never_says_that_anything_is_removed() => Assert.DoesNotMatch("(?i)\\bremoved?\\b|\\bguarantee|\\bforgotten\\b", issued.Certificate.ToHtml());

    [GeneratedRegex("<h2>(.*?)</h2>")]
    private static partial Regex Heading();

    [GeneratedRegex("<(/?)([a-zA-Z0-9!]+)[^>]*>")]
    private static partial Regex Tag();
}
