using System.Xml.Linq;
using Nulls.Evaluation.Suite;
using static Nulls.Reports.Html;

namespace Nulls.Reports;

/// <summary>What stands around the numbers: claims, what was not run, systems, definitions, environment.</summary>
internal static class ProofDetails
{
    private const string SharedSystems = "nulls.sharedDropout";
    private static readonly HashSet<string> KnownCorpora = ["encyclopedia", "tofu", "wiki", "books"];

    public static XElement Claims(ProofReport report) => report.Claims.Count == 0
        ? Element("p", "Nothing was claimed.")
        : NumberTables.Scroll("Claims", Element("table", Attribute("class", "wide claims"),
            Element("caption", "What was measured beside what had to be reached. n says on how many things, over all seeds; the interval is of 95 %."),
            NumberTables.Head("Claim", "Result", "Measured", "To be reached", "95 % interval", "n"),
            Element("tbody", report.Claims.Select(claim => Element("tr",
                Element("th", Attribute("scope", "row"), claim.Statement, Element("small", Element("code", claim.Name)), claim.Note.Length > 0 ? Element("p", Attribute("class", "unit"), claim.Note) : null),
                Element("td", Attribute("class", claim.Held ? "held" : "missed"), claim.Held ? "✓ held" : "✗ missed"),
                Element("td", Attribute("class", "number"), NumberTables.Value(claim.Value)),
                Element("td", FirstScreen.ReachOf(claim)),
                Element("td", Attribute("class", "number"), claim.Interval is { } interval ? Numbers.Text(interval) : "not known"),
                Element("td", Attribute("class", "number"), claim.Count > 0 ? Numbers.Count(claim.Count) : "–"))))));

    /// <summary>Sets what shared-only dropout gives beside what it costs; null where it was not measured.</summary>
    public static XElement? SharedDropout(NumberTables tables, IReadOnlyList<SeedNumbers> accuracy)
    {
        SeedNumbers[] compared =
        [
            .. accuracy.Where(number => (number.System == "nulls.backbone" || (number.System.StartsWith(SharedSystems, StringComparison.Ordinal) && !number.System.EndsWith(".own", StringComparison.Ordinal)))
                && (number.FactType.StartsWith("shared.", StringComparison.Ordinal) || number.FactType == "unique.forgotten")),
        ];
        return compared.Any(number => number.System.StartsWith(SharedSystems, StringComparison.Ordinal))
            ? Element("div",
                Element("p", "With shared-only dropout the backbone reads, without sinks, what at least so many sources state (the number that ends a system's name). What it gains stands beside its price: a fact whose sources are all unlearned together should be gone, and stays."),
                tables.Means("accuracy", compared, "Accuracy of the backbone alone, without and with shared-only dropout."))
            : null;
    }

    public static XElement NotRun(ProofReport report) => Element("div",
        Element("p", "Nothing is claimed about these."),
        NumberTables.Scroll("Not run", Element("table",
            Element("caption", "What this proof did not run, and why."),
            NumberTables.Head("What", "Result", "Why"),
            Element("tbody", report.NotRun.Count == 0
                ? Element("tr", Element("td", Attribute("colspan", "3"), "All that this form of the suite has was run."))
                : report.NotRun.Select(omission => Element("tr", Element("th", Attribute("scope", "row"), Element("code", omission.Name)), Element("td", Element("strong", "NOT RUN")), Element("td", omission.Reason)))))),
        report.Warnings.Count > 0
            ? [Element("h3", "Warnings of the trainings"), Element("ul", report.Warnings.Select(warning => Element("li", warning)))]
            : Array.Empty<XElement>());

    public static XElement Systems(ProofReport report) => NumberTables.Scroll("Systems", Element("table",
        Element("caption", $"All run on one engine, corpus and schedule. Seeds: {string.Join(", ", report.Seeds)}."),
        NumberTables.Head("System", "What it is", "Trained or tuned with"),
        Element("tbody", report.Systems.DistinctBy(system => system.Name).Select(system => Element("tr",
            Element("th", Attribute("scope", "row"), Attribute("id", Anchor("system", system.Name)), Element("code", system.Name)),
            Element("td", system.Description),
            Element("td", system.Settings.Length > 0 ? system.Settings : "–"))))));

    public static XElement Definitions(IEnumerable<string> families) => Element("dl",
        families.OrderBy(Glossary.PlaceOfFamily).ThenBy(family => family, StringComparer.Ordinal).Select(family => Glossary.Find(family) is { } definition
            ? new[] { Element("dt", definition.Title, " ", Element("code", family)), Element("dd", definition.Meaning, Source(definition)) }
            : [Element("dt", Element("code", family)), Element("dd", "Measured by the application that made this report.")]));

    public static XElement Environment(ProofReport report) => Element("div",
        Element("p", report.Environment),
        Element("p", $"Computed in {Numbers.Time(report.Computed)}, over all runs. The same seed, machine and number of threads give the same numbers."),
        KnownCorpora.Contains(report.Corpus)
            ? Element("p", "To run it again: ", Element("code", $"dotnet run -c Release --project examples/ProveIt -- --suite {report.Form} --corpus {report.Corpus} --seeds {string.Join(",", report.Seeds)} --out DIR"))
            : Element("p", "To run it again: ", Element("code", "ProofSuite.Run"), " with the same corpus, options and seeds."),
        Element("p", "Every number of this page stands in ", Element("code", "report.json"), ", by system, metric, facts, seed and step. Models, texts and names of forgotten sources are in neither."));

    private static object[] Source(Definition definition) => definition switch
    {
        { Link: { } link } => [" (", Element("a", Attribute("href", link), definition.Source), ")"],
        { Source.Length: > 0 } => [$" ({definition.Source})"],
        _ => [],
    };
}
