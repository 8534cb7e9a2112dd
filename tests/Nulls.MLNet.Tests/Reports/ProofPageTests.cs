using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Nulls.Evaluation.Suite;
using Nulls.Reports;

namespace Nulls.MLNet.Tests.Reports;

public sealed partial class ProofPageTests
{
    private const string Hostile = "</h1><script>alert(1)</script>\"'&amp;\0\uD800";

    private static readonly string Page = ProofPage.ToHtml(MadeUpProof.Report);

    private static readonly XElement Root = Parse(Page);

    [Fact]
    public void The_first_screen_names_the_worst_miss_first_and_says_what_was_not_tested()
    {
        var answer = Region("answer");
        Assert.Contains("Not in everything: 6 claims held, 2 were missed.", answer, StringComparison.Ordinal);
        Assert.Contains("worst first", answer, StringComparison.Ordinal);
        // 50 % beyond its reach; the other has no number.
        var items = Root.Descendants("ol").Single().Elements("li").Select(item => item.Value).ToArray();
        Assert.StartsWith("What other sources say too stays known as in a model that never saw the forgotten ones. Measured: 0.09 (95 % interval 0.03 to 0.15); to be reached: at most 0.06; n = 504. Facts of five sources", items[0], StringComparison.Ordinal);
        Assert.Contains("There is no number to decide it by", items[1], StringComparison.Ordinal);
        Assert.Contains("nulls.expected: The engine runs", Region("untested"), StringComparison.Ordinal);
        Assert.Contains("trained 3 times, from the seeds 1, 2, 3", Region("sure"), StringComparison.Ordinal);
        Assert.Contains("300 sources. 30 of them", Region("asked"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_answer_counts_the_claims_that_were_not_weighed()
    {
        var report = MadeUpProof.Report;
        Assert.DoesNotContain("not weighed", Region("answer"), StringComparison.Ordinal);
        var page = Parse(ProofPage.ToHtml(report with { NotRun = [.. report.NotRun, new("claim.capability.loss", "Not weighed: no standard model."), new("claim.shared.routed", "Not weighed: no shared fact.")] }));
        Assert.Contains("2 claims of the suite were not weighed: not run.", page.Descendants("section").First(section => (string?)section.Attribute("aria-labelledby") == "answer").Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_is_shown_as_missed_exactly_where_it_was_missed()
    {
        var rows = Section("claims").Descendants("tbody").Single().Elements("tr").ToArray();
        Assert.Equal(MadeUpProof.Report.Claims.Count, rows.Length);
        Assert.All(MadeUpProof.Report.Claims.Zip(rows), pair => Assert.Equal(pair.First.Held ? "✓ held" : "✗ missed", pair.Second.Elements("td").First().Value));
        Assert.Equal(2, rows.Count(row => row.Value.Contains("✗ missed", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_was_not_run_stands_there_with_its_reason()
    {
        var rows = Section("not-run").Descendants("tbody").Single().Elements("tr").Select(row => string.Join('|', row.Elements().Select(cell => cell.Value)));
        Assert.Equal(MadeUpProof.Report.NotRun.Select(omission => $"{omission.Name}|NOT RUN|{omission.Reason}"), rows);
    }

    [Fact]
    public void What_trainings_warned_of_is_told_and_not_taken_for_what_was_not_run()
    {
        Assert.Contains("The loss still falls at the end: train longer.", Section("not-run").Elements("div").Elements("ul").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("train longer", Region("untested"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_number_occurs_to_the_last_bit_with_its_seed_and_n()
    {
        var rows = Root.Descendants("details").Descendants("tbody").Elements("tr").Select(row =>
        {
            var cells = row.Elements().ToArray();
            return (cells[0].Value, cells[1].Value, cells[2].Value, cells[3].Value, cells[4].Element("data")!.Attribute("value")!.Value, cells[6].Value);
        }).ToHashSet();

        Assert.All(MadeUpProof.Report.Measurements, number => Assert.Contains(
            (number.System, number.Metric, number.Step is { } step ? $"{number.FactType} step {step}" : number.FactType, $"{number.Seed}",
                number.Value.ToString("R", CultureInfo.InvariantCulture), number.Count > 0 ? number.Count.ToString("N0", CultureInfo.InvariantCulture) : "–"), rows));
        Assert.Equal(MadeUpProof.Report.Measurements.Count, rows.Count);
    }

    [Fact]
    public void A_table_shows_the_mean_over_seeds_and_what_their_intervals_reach()
    {
        var seeds = MadeUpProof.Report.Measurements.Where(number => number is { System: "npo", Metric: "accuracy", FactType: "shared.5" }).ToArray();
        var row = Section("knowledge").Descendants("table").First().Descendants("tr").Single(row => row.Elements().First().Value == "npo");

        Assert.Contains(row.Elements("td"), cell =>
            cell.Element("data")!.Attribute("value")!.Value == seeds.Average(seed => seed.Value).ToString("R", CultureInfo.InvariantCulture)
            && cell.Element("small")!.Value == $"{seeds.Min(seed => seed.Interval!.Value.Lower):0.###} to {seeds.Max(seed => seed.Interval!.Value.Upper):0.###}");
    }

    [Fact]
    public void Nothing_runs_and_nothing_is_fetched()
    {
        Assert.DoesNotMatch("(?i)<script|<link|<img|<iframe|\\ssrc=|@import|\\son[a-z]+=", Page);
        Assert.All(Address().Matches(Page).Select(match => match.Value), address => Assert.StartsWith("https://arxiv.org/abs/", address, StringComparison.Ordinal));
        Assert.All(Url().Matches(Page).Select(match => match.Groups[1].Value), target => Assert.StartsWith("#plot-", target, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_link_within_the_page_leads_somewhere_and_no_name_is_given_twice()
    {
        var names = Root.DescendantsAndSelf().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(names.Distinct(), names);
        var targets = Root.Descendants().Attributes().SelectMany(attribute => attribute.Name.LocalName switch
        {
            "href" when attribute.Value.StartsWith('#') => [attribute.Value[1..]],
            "aria-labelledby" => attribute.Value.Split(' '),
            "clip-path" => [attribute.Value["url(#".Length..^1]],
            _ => (string[])[],
        });
        Assert.All(targets, target => Assert.Contains(target, names));
    }

    [Fact]
    public void Tables_and_plots_say_what_they_are_to_who_does_not_see_them()
    {
        Assert.All(Root.Descendants("table"), table => Assert.True(table.Element("caption")?.Value.Length > 0));
        Assert.All(Root.Descendants("th"), head => Assert.Contains(head.Attribute("scope")?.Value, (string[])["col", "row"]));
        Assert.NotEmpty(Root.Descendants("svg"));
        Assert.All(Root.Descendants("svg"), svg => Assert.True(svg.Element("title")?.Value.Length > 0 && svg.Element("desc")?.Value.Length > 0 && svg.Attribute("role")?.Value == "img"));
        Assert.Equal("en", Root.Attribute("lang")?.Value);
        Assert.Single(Root.Descendants("main"));
        Assert.Single(Root.Descendants("h1"));
    }

    [Fact]
    public void A_curve_is_drawn_for_every_system_that_was_attacked()
    {
        var told = string.Join(' ', Section("relearning").Descendants("desc").Select(description => description.Value));
        var attacked = MadeUpProof.Report.Measurements.Where(number => number.Step is not null).Select(number => number.System).Distinct().ToArray();
        Assert.Contains("npo", attacked);
        Assert.All(attacked, system => Assert.Contains($"{system}: ", told, StringComparison.Ordinal));
    }

    [Fact]
    public void What_shared_only_dropout_gains_stands_beside_its_price()
    {
        var table = Section("shared-dropout").Descendants("table").Single();
        Assert.Equal(["nulls.backbone", "nulls.sharedDropout.2", "nulls.sharedDropout.3", "nulls.sharedDropout.5"], table.Element("tbody")!.Elements("tr").Select(row => row.Elements().First().Value));
        Assert.Contains(table.Descendants("th"), head => head.Value.StartsWith("2 or 3 sources, all of them unlearned", StringComparison.Ordinal));
    }

    [Fact]
    public void Texts_are_escaped_and_what_XML_cannot_say_is_replaced()
    {
        var report = MadeUpProof.Report;
        var page = ProofPage.ToHtml(report with
        {
            Corpus = Hostile,
            Form = Hostile,
            ForgetSet = Hostile,
            Environment = Hostile,
            Systems = [new(Hostile, Hostile, Hostile)],
            Measurements =
            [
                new(Hostile, Hostile, Hostile, 1, .5, 1, null), new(Hostile, "relearning.probe", Hostile, 1, .5, 1, null) { Step = 1 },
                new(Hostile, "accuracy", Hostile, 1, .5, 1, new(.25, .75)), new(Hostile, "accuracy", "unique.forgotten", 1, double.PositiveInfinity, 1, null),
            ],
            Claims = [new(Hostile, Hostile, .5, 0, false, 1, null) { Note = Hostile }],
            NotRun = [new(Hostile, Hostile)],
            Warnings = [Hostile],
        });

        Parse(page);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', page);
        Assert.Contains("&lt;/h1&gt;&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proof_of_nothing_claims_nothing()
    {
        var page = ProofPage.ToHtml(MadeUpProof.Report with { Claims = [], Measurements = [], NotRun = [], Warnings = [], Systems = [], Seeds = [7] });
        var text = Parse(page).Value;
        Assert.Contains("Nothing was claimed, so nothing is answered.", text, StringComparison.Ordinal);
        Assert.Contains("trained once (seed 7): what another training would give is not known", text, StringComparison.Ordinal);
    }

    [Fact]
    public void When_all_claims_held_or_none_the_answer_says_so()
    {
        var report = MadeUpProof.Report;
        Assert.Contains("Yes, in all that was claimed: 6 claims were tested, and every one held.", ProofPage.ToHtml(report with { Claims = [.. report.Claims.Where(claim => claim.Held)] }), StringComparison.Ordinal);
        Assert.Contains("No: all 2 claims were missed.", ProofPage.ToHtml(report with { Claims = [.. report.Claims.Where(claim => !claim.Held)] }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_that_runs_it_again_is_told()
    {
        Assert.Contains("dotnet run -c Release --project examples/ProveIt -- --suite standard --corpus encyclopedia --seeds 1,2,3 --out DIR", Page, StringComparison.Ordinal);
        Assert.Contains("<code>ProofSuite.Run</code>", ProofPage.ToHtml(MadeUpProof.Report with { Corpus = "ours" }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_written_whole_or_not_at_all()
    {
        using var folder = new TemporaryFolder();
        ProofPage.Write(MadeUpProof.Report, folder["report.html"]);
        Assert.Equal(Page, File.ReadAllText(folder["report.html"]));

        Assert.ThrowsAny<Exception>(() => ProofPage.Write(MadeUpProof.Report with { Claims = null! }, folder["report.html"]));
        Assert.Equal(Page, File.ReadAllText(folder["report.html"]));
    }

    private static XElement Parse(string page)
    {
        Assert.StartsWith("<!DOCTYPE html>\n", page, StringComparison.Ordinal);
        return XElement.Parse(page["<!DOCTYPE html>\n".Length..]);
    }

    private static XElement Section(string id) => Root.Descendants("section").Single(section => section.Attribute("aria-labelledby")!.Value == id);

    private static string Region(string id) => string.Join(' ', Section(id).Elements().Select(element => element.Value));

    [GeneratedRegex("https?://[^\"\\s<]+")]
    private static partial Regex Address();

    [GeneratedRegex("url\\(([^)]*)\\)")]
    private static partial Regex Url();
}
