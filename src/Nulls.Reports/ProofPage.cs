using System.Text;
using System.Xml.Linq;
using Nulls.Evaluation.Suite;
using Nulls.Storage;
using static Nulls.Reports.Html;

namespace Nulls.Reports;

/// <summary>A <see cref="ProofReport"/> as one HTML page: no script, nothing fetched, for a screen, a phone, paper and a screen reader.</summary>
/// <remarks>Its first screen is for a reader who knows no statistics: what was asked, the answer with the worst miss first, how sure it is, and what was not tested. Every number follows, with seed, interval and n. Thread-safe.</remarks>
public static class ProofPage
{
    private static readonly (string Id, string Title, string[] Families)[] Parts =
    [
        ("knowledge", "What the models know", ["accuracy", "probability", "truth_ratio", "rouge", "model_utility", "forget_quality"]),
        ("relearning", "Does it come back by training?", ["relearning"]),
        ("extraction", "Can it be got out?", ["extraction_strength", "exact_memorization", "prefix", "acr", "rephrasing", "decoding", "compression", "steering", "weights"]),
        ("membership", "Can it be told what was trained on?", ["membership", "privacy_leakage"]),
        ("ability", "What unlearnability costs in ability", ["loss", "perplexity", "capability", "benchmark"]),
        ("exactness", "Isolated parameters: is deletion exact?", ["exactness"]),
        ("tuning", "How post-hoc methods were tuned", ["tuning", "trial"]),
    ];

    /// <summary>Writes the page into a file, whole or not at all.</summary>
    /// <param name="report">The report.</param>
    /// <param name="path">The file to make or replace; its folder exists.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be written; what it held is kept.</exception>
    /// <exception cref="UnauthorizedAccessException">Writing is not allowed, or the path is a folder.</exception>
    public static void Write(ProofReport report, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var page = Encoding.UTF8.GetBytes(ToHtml(report));
        AtomicFile.Write(path, stream => stream.Write(page));
    }

    /// <summary>Makes the page.</summary>
    /// <param name="report">The report.</param>
    /// <returns>An HTML document that is well-formed XML too.</returns>
    public static string ToHtml(ProofReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var tables = new NumberTables(report);
        var families = SeedNumbers.Of(report.Measurements).GroupBy(number => Glossary.Family(number.Metric)).ToDictionary(group => group.Key, group => (IReadOnlyList<SeedNumbers>)[.. group]);
        var known = Parts.SelectMany(part => part.Families).ToHashSet();
        var others = ("others", "Other measurements", families.Keys.Where(family => !known.Contains(family)).Order(StringComparer.Ordinal).ToArray());
        (string Id, string Title, XElement Content)[] sections =
        [
            ("claims", "The claims", ProofDetails.Claims(report)),
            .. Parts.Append(others).Where(part => part.Item3.Any(families.ContainsKey)).Select(part => (part.Item1, part.Item2, Numbers(part.Item3))),
            .. ProofDetails.SharedDropout(tables, families.GetValueOrDefault("accuracy", [])) is { } dropout ? new[] { ("shared-dropout", "What shared-only dropout gives, and its price", dropout) } : [],
            ("not-run", "Not run", ProofDetails.NotRun(report)),
            ("systems", "The systems and their settings", ProofDetails.Systems(report)),
            ("definitions", "What the numbers mean", ProofDetails.Definitions(families.Keys)),
            ("reproduce", "Environment, and how to run it again", ProofDetails.Environment(report)),
        ];
        return Html.Write(Element("html", Attribute("lang", "en"),
            Element("head",
                Element("meta", Attribute("charset", "utf-8")),
                Element("meta", Attribute("name", "viewport"), Attribute("content", "width=device-width, initial-scale=1")),
                Element("meta", Attribute("http-equiv", "Content-Security-Policy"), Attribute("content", "default-src 'none'; style-src 'unsafe-inline'")),
                Element("title", $"Proof of unlearning: {report.Corpus}, {report.ForgetSet}"),
                Element("style", PageStyle.Css)),
            Element("body", Element("main",
                FirstScreen.Of(report),
                Element("nav", Attribute("aria-label", "Contents"), Element("ul", sections.Select(section => Element("li", Element("a", Attribute("href", "#" + section.Id), section.Title))))),
                sections.Select(section => Element("section", Attribute("aria-labelledby", section.Id), Element("h2", Attribute("id", section.Id), section.Title), section.Content))))));

        XElement Numbers(string[] of) => Element("div", of.Where(families.ContainsKey).Select(family => Family(tables, family, families[family])));
    }

    private static XElement Family(NumberTables tables, string family, IReadOnlyList<SeedNumbers> numbers) => Element("div",
        Element("h3", Glossary.Find(family)?.Title ?? family),
        Plotted(tables, family, numbers),
        tables.Of(family, numbers));

    private static XElement? Plotted(NumberTables tables, string family, IReadOnlyList<SeedNumbers> numbers)
    {
        var ordered = numbers.OrderBy(number => tables.PlaceOf(number.System)).ThenBy(number => number.System, StringComparer.Ordinal).ToArray();
        XElement[] plots = family == "accuracy"
            ? [.. ordered.GroupBy(number => number.FactType).OrderBy(group => Glossary.PlaceOf(group.Key)).Select((group, i) => Plots.Points(
                $"plot-{family}-{i}", $"Known: {Glossary.FactsInWords(group.Key)}", [.. group], GoldOf(group)))]
            : [.. ordered.Where(number => number.Step is not null).GroupBy(number => (number.Metric, number.FactType)).OrderBy(group => group.Key.Metric, StringComparer.Ordinal).SelectMany((group, i) => CurvesOf(group, $"plot-{family}-{i}"))];
        return plots.Length == 0 ? null : Element("div", Attribute("class", "plots"), plots);
    }

    // A plot of every system is a tangle: those with sinks and those without stand in plots of their own, each beside the gold.
    private static IEnumerable<XElement> CurvesOf(IEnumerable<SeedNumbers> numbers, string id)
    {
        var curves = numbers.GroupBy(number => number.System).Select(system => (IReadOnlyList<SeedNumbers>)[.. system.OrderBy(point => point.Step)]).ToArray();
        var gold = GoldOf(curves.Select(curve => curve[0]));
        var what = $"{Glossary.Within("relearning", curves[0][0].Metric)}, {Glossary.FactsInWords(curves[0][0].FactType)}";
        var families = curves.GroupBy(curve => curve[0].System != gold && !HasSinks(curve[0].System)).ToDictionary(group => group.Key, group => group.ToArray());
        if (families.TryGetValue(false, out var withSinks))
            yield return Plots.Curves(id + "-sinks", $"With sinks: {what}", withSinks, gold);
        if (families.TryGetValue(true, out var without))
            yield return Plots.Curves(id + "-none", $"Without sinks: {what}", [.. curves.Where(curve => curve[0].System == gold), .. without], gold);
    }

    private static bool HasSinks(string system) => system.StartsWith("nulls", StringComparison.Ordinal) || system.StartsWith("isolated", StringComparison.Ordinal);

    // What forgetting should look like; the first retrained system is that of the NULLs model.
    private static string? GoldOf(IEnumerable<SeedNumbers> numbers) => numbers.Select(number => number.System).FirstOrDefault(system => system.Contains("retrained", StringComparison.Ordinal));
}
