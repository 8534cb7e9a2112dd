using System.Globalization;
using System.Net;
using System.Text;

namespace Nulls.Certificates;

/// <summary>A certificate as one HTML document: no script, nothing fetched, readable by a screen reader and on paper.</summary>
internal static class CertificatePage
{
    private const string Style = """
        body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; border-bottom: 1px solid #767676; }
        dt { font-weight: 600; margin-top: .5rem; } dd { margin: 0; overflow-wrap: anywhere; }
        table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding-bottom: .5rem; }
        th, td { border: 1px solid #767676; padding: .4rem; text-align: left; vertical-align: top; }
        th { background: #f0f0f0; } code { font-size: .9rem; overflow-wrap: anywhere; } .table { overflow-x: auto; }
        @media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } td { overflow-wrap: anywhere; } }
        """;

    public static string Write(CertificateStatement statement, string? keyId, CertificateVerification? verification)
    {
        var what = statement.Predicate;
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .Append(CultureInfo.InvariantCulture, $"<title>Certificate of unlearning {what.Id}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<main>\n<h1>Certificate of unlearning</h1>\n");
        Terms(page, ("Certificate", what.Id.ToString()), ("Issued", TimeText(what.IssuedAt)), ("By", what.IssuedBy),
            ("Signing key", keyId ?? "Not signed"), ("Verified", VerifiedText(verification)));

        Paragraph(page, SummaryOf(what));

        Section(page, "What was asked");
        Terms(page, ("Sources", what.Order.Sources.Count.ToString("N0", CultureInfo.InvariantCulture)), ("Ordered", TimeText(what.Order.OrderedAt)),
            ("Reason", what.Order.ReasonCode), ("Legal basis", what.Order.LegalBasis), ("Recorded by", what.Order.Actor),
            ("Asked by", what.Order.RequesterRole), ("Approved by", what.Order.ApproverRole));
        Paragraph(page, "Sources are named by pseudonyms, which only the holder of the ledger's key can trace to a source.");
        List(page, what.Order.Sources.Take(MostPseudonyms), isCode: true);
        if (what.Order.Sources.Count > MostPseudonyms)
            Paragraph(page, string.Create(CultureInfo.InvariantCulture, $"{what.Order.Sources.Count - MostPseudonyms:N0} more stand in the signed document."));

        Section(page, "What was done");
        Terms(page, ("Measure", CertificateWords.NameOf(what.Mode)), ("Method", what.Method),
            ("Weights before (SHA-256)", statement.DigestBefore), ("Weights after (SHA-256)", statement.DigestAfter),
            ("Ledger", string.Create(CultureInfo.InvariantCulture, $"{what.Ledger.Id}, entry {what.Ledger.Sequence}")), ("Hash of the entry", what.Ledger.EntryHash), ("Head of the ledger", what.Ledger.Head));

        Section(page, "What was checked");
        Table(page, "Numbers are given with their 95 % intervals, where known; n is how many things were measured.",
            ["About", "Test", "Result", "Number", "n", "Held against"],
            what.Tests.Where(test => test.Verdict != CertificateVerdict.NotRun).Select(test => (string[])
                [CertificateWords.NameOf(test.Threat), test.Explanation, CertificateWords.NameOf(test.Verdict), NumberText(test), test.Count.ToString(CultureInfo.InvariantCulture), test.Threshold ?? ""]));

        Section(page, "What was not checked");
        Table(page, "Attacks that were not tried. Nothing is claimed about them.", ["Attack", "Why not"],
            what.Tests.Where(test => test.Verdict == CertificateVerdict.NotRun).Select(test => (string[])[CertificateWords.NameOf(test.Threat), test.Explanation]));

        if (what.Impact is { } loss)
        {
            Section(page, "What others lost");
            Terms(page, ("Neurons of the pool that are dead", Percent(loss.DeadShare)), ("Other sources that lost some", Percent(loss.AffectedShare)),
                ("Lost by another source, on average", Percent(loss.MeanShareLost)),
                ("Change of the loss on others' texts (nats a token)", ChangeText(loss.SurvivorChange)), ("Change on general texts", ChangeText(loss.GeneralChange)));
        }

        Section(page, "What must be recalled");
        if (what.Recall.Count == 0)
            Paragraph(page, "No export or copy of the model before was named. That none exists is not shown by this.");
        else
            Table(page, "Made of the model before.", ["Name", "Kind", "Holder", "Digest", "Status"],
                what.Recall.Select(artefact => (string[])[artefact.Name, artefact.Kind, artefact.Holder ?? "", artefact.Digest ?? "", artefact.Status]));

        Section(page, "What this does not prove");
        List(page, what.Limits, isCode: false);
        if (verification is not null)
        {
            Section(page, "How it was verified");
            Table(page, "Checks of the signed document.", ["Check", "Result", "Detail"],
                verification.Checks.Select(check => (string[])[check.Name, CertificateWords.NameOf(check.Outcome), check.Detail]));
        }

        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private const int MostPseudonyms = 100;

    private static string SummaryOf(CertificateStatement.What what)
    {
        int Count(CertificateVerdict verdict) => what.Tests.Count(test => test.Verdict == verdict);
        var run = what.Tests.Count - Count(CertificateVerdict.NotRun);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{what.Order.Sources.Count:N0} {(what.Order.Sources.Count == 1 ? "source" : "sources")}: {CertificateWords.NameOf(what.Mode).ToLowerInvariant()}. Of {run} tests that were run, {Count(CertificateVerdict.Passed)} passed, {Count(CertificateVerdict.Failed)} failed, {Count(CertificateVerdict.Inconclusive)} were inconclusive, and {Count(CertificateVerdict.Measured)} have no threshold; {Count(CertificateVerdict.NotRun)} attacks were not tried. What follows holds for these tests, with these texts, and for nothing else.");
    }

    private static string VerifiedText(CertificateVerification? verification) => verification switch
    {
        null => "Not by this page, which proves nothing by itself: verify the signed document",
        { IsSound: true } => "Yes: signature and all checks that were made hold; see below",
        _ => "No: a check failed; see below",
    };

    private static void Section(StringBuilder page, string title) => page.Append(CultureInfo.InvariantCulture, $"<h2>{WebUtility.HtmlEncode(title)}</h2>\n");

    private static void Paragraph(StringBuilder page, string text) => page.Append(CultureInfo.InvariantCulture, $"<p>{WebUtility.HtmlEncode(text)}</p>\n");

    private static void Terms(StringBuilder page, params (string Term, string? Text)[] terms)
    {
        page.Append("<dl>\n");
        foreach (var (term, text) in terms.Where(term => term.Text is not null))
            page.Append(CultureInfo.InvariantCulture, $"<dt>{WebUtility.HtmlEncode(term)}</dt><dd>{WebUtility.HtmlEncode(text)}</dd>\n");
        page.Append("</dl>\n");
    }

    private static void List(StringBuilder page, IEnumerable<string> items, bool isCode)
    {
        page.Append("<ul>\n");
        foreach (var item in items)
            page.Append(isCode ? "<li><code>" : "<li>").Append(WebUtility.HtmlEncode(item)).Append(isCode ? "</code></li>\n" : "</li>\n");
        page.Append("</ul>\n");
    }

    private static void Table(StringBuilder page, string caption, string[] heads, IEnumerable<string[]> rows)
    {
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"table\" role=\"region\" aria-label=\"{WebUtility.HtmlEncode(caption)}\" tabindex=\"0\">\n<table>\n<caption>{WebUtility.HtmlEncode(caption)}</caption>\n<thead><tr>");
        foreach (var head in heads)
            page.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{WebUtility.HtmlEncode(head)}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        var isEmpty = true;
        foreach (var row in rows)
        {
            isEmpty = false;
            page.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{WebUtility.HtmlEncode(row[0])}</th>");
            foreach (var cell in row.Skip(1))
                page.Append(CultureInfo.InvariantCulture, $"<td>{WebUtility.HtmlEncode(cell)}</td>");
            page.Append("</tr>\n");
        }

        if (isEmpty)
            page.Append(CultureInfo.InvariantCulture, $"<tr><td colspan=\"{heads.Length}\">None.</td></tr>\n");
        page.Append("</tbody>\n</table>\n</div>\n");
    }

    private static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("0.#%", CultureInfo.InvariantCulture);

    private static string NumberText(CertificateTest test) =>
        Number(test.Value!.Value) + (test.Interval is { } interval ? $" ({Number(interval.Lower)} to {Number(interval.Upper)})" : ""); // What was run has a number.

    private static string? ChangeText(CertificateStatement.Change? change) => change is null ? null : string.Create(
        CultureInfo.InvariantCulture, $"{Number(change.Mean)}{(change is { Lower: { } lower, Upper: { } upper } ? $" ({Number(lower)} to {Number(upper)})" : "")}, on {change.Texts} texts");

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
