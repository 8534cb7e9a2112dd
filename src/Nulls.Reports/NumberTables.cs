using System.Xml.Linq;
using Nulls.Evaluation.Suite;
using static Nulls.Reports.Html;

namespace Nulls.Reports;

/// <summary>Tables of numbers: systems by facts over all seeds, and each seed on demand.</summary>
internal sealed class NumberTables(ProofReport report)
{
    private const int MostColumns = 8;
    private readonly Dictionary<string, int> _places = report.Systems.Select((system, place) => (system.Name, place)).GroupBy(pair => pair.Name).ToDictionary(group => group.Key, group => group.First().place);

    /// <summary>Tells where a system stands; systems that are not described come last.</summary>
    public int PlaceOf(string system) => _places.GetValueOrDefault(system, int.MaxValue);

    /// <summary>Names a system, with a link to its description.</summary>
    public XElement NameOf(string system) => _places.ContainsKey(system)
        ? Element("a", Attribute("href", "#" + Anchor("system", system)), Element("code", system))
        : Element("code", system);

    /// <summary>Makes the tables of a family of metrics.</summary>
    public IEnumerable<XElement> Of(string family, IReadOnlyList<SeedNumbers> numbers)
    {
        var title = Glossary.Find(family)?.Title ?? family;
        if (family != Glossary.Trials)
            yield return Means(family, numbers);
        yield return Element("details", Element("summary", $"{title}: each seed, with its interval and n"), Scroll($"{title}, each seed", Seeds(title, numbers)));
    }

    public static XElement Scroll(string label, XElement table) =>
        Element("div", Attribute("class", "scroll"), Attribute("role", "region"), Attribute("aria-label", label), Attribute("tabindex", "0"), table);

    public static XElement Head(params object?[] columns) => Element("thead", Element("tr", columns.Select(column => Element("th", Attribute("scope", "col"), column))));

    public static XElement Value(double value) => Element("data", Attribute("value", Numbers.Exact(value)), Numbers.Text(value));

    /// <summary>Makes the table of means over seeds.</summary>
    /// <param name="family">The metrics' family.</param>
    /// <param name="numbers">Its numbers, at least one.</param>
    /// <param name="meaning">What the table shows; the default is the family's definition.</param>
    public XElement Means(string family, IReadOnlyList<SeedNumbers> numbers, string? meaning = null)
    {
        string[] systems = [.. numbers.Select(number => number.System).Distinct().OrderBy(PlaceOf).ThenBy(name => name, StringComparer.Ordinal)];
        Column[] columns =
        [
            .. numbers.GroupBy(number => (number.Metric, number.FactType, number.Step))
                .OrderBy(group => group.Key.Metric, StringComparer.Ordinal).ThenBy(group => Glossary.PlaceOf(group.Key.FactType)).ThenBy(group => group.Key.Step)
                .Select(group => new Column(Glossary.Within(family, group.Key.Metric), group.Key.FactType, group.Key.Step, [.. group])),
        ];
        var isOneMetric = columns.Select(column => column.Metric).Distinct().Count() == 1;
        var isOneType = columns.Select(column => column.FactType).Distinct().Count() == 1;
        var about = isOneType && columns[0].FactType.Length > 0 ? $" Of {Glossary.FactsInWords(columns[0].FactType)}." : "";
        var caption = Element("caption", $"{meaning ?? Glossary.Find(family)?.Meaning}{about} {How}".TrimStart());
        var cells = numbers.ToDictionary(number => (number.System, Glossary.Within(family, number.Metric), number.FactType, number.Step));
        // Few systems and many numbers stand better the other way round.
        var table = columns.Length > MostColumns && columns.Length > systems.Length
            ? Element("table", caption, Head((object[])["Number", .. systems.Select(NameOf)]),
                Element("tbody", columns.Select(column => Element("tr", Element("th", Attribute("scope", "row"), NameIt(column)), systems.Select(system => Cell(system, column))))))
            : Element("table", caption, Head((object[])["System", .. columns.Select(NameIt)]),
                Element("tbody", systems.Select(system => Element("tr", Element("th", Attribute("scope", "row"), NameOf(system)), columns.Select(column => Cell(system, column))))));
        return Scroll(Glossary.Find(family)?.Title ?? family, table);

        object?[] NameIt(Column column) =>
        [
            isOneMetric && column.Metric.Length == 0 ? null : Element("code", column.Metric.Length > 0 ? column.Metric : family),
            isOneMetric && column.Metric.Length == 0 || isOneType ? null : " · ",
            isOneType ? null : Glossary.FactsInWords(column.FactType),
            column.Step is { } step ? $" step {step}" : null,
            isOneMetric && column.Metric.Length == 0 && isOneType && column.Step is null ? "Value" : null,
            column.CountText is { } count ? Element("small", count) : null,
        ];

        XElement Cell(string system, Column column) =>
            Element("td", Attribute("class", "number"), cells.TryGetValue((system, column.Metric, column.FactType, column.Step), out var number) ? Summary(number) : "–");
    }

    private string How => report.Measurements.Select(number => number.Seed).Distinct().Count() <= 1
        ? "Beneath a number, its 95 % interval."
        : "Mean over the seeds; beneath it, from the lowest to the highest end of their 95 % intervals, or of their numbers where no interval is known.";

    private static IEnumerable<object> Summary(SeedNumbers number)
    {
        yield return Value(number.Mean);
        if (number.Reach is { } reach)
            yield return Element("small", Numbers.Text(reach));
    }

    private XElement Seeds(string title, IReadOnlyList<SeedNumbers> numbers) => Element("table",
        Element("caption", $"{title}, each seed by itself."),
        Head("System", "Metric", "Of", "Seed", "Value", "95 % interval", "n"),
        Element("tbody", numbers.OrderBy(number => PlaceOf(number.System)).ThenBy(number => number.System, StringComparer.Ordinal)
            .ThenBy(number => number.Metric, StringComparer.Ordinal).ThenBy(number => Glossary.PlaceOf(number.FactType)).ThenBy(number => number.Step)
            .SelectMany(number => number.Seeds).Select(Row)));

    private static XElement Row(ProofMeasurement number) => Element("tr",
        Element("th", Attribute("scope", "row"), Element("code", number.System)),
        Element("td", Element("code", number.Metric)),
        Element("td", Element("code", number.FactType), number.Step is { } step ? $" step {step}" : null),
        Element("td", $"{number.Seed}"),
        Element("td", Attribute("class", "number"), Value(number.Value)),
        Element("td", Attribute("class", "number"), number.Interval is { } interval ? Numbers.Text(interval) : "not known"),
        Element("td", Attribute("class", "number"), number.Count > 0 ? Numbers.Count(number.Count) : "–"));

    private sealed record Column(string Metric, string FactType, int? Step, IReadOnlyList<SeedNumbers> Numbers)
    {
        /// <summary>Gets on how many things the numbers of a column were measured, where they were counted.</summary>
        public string? CountText
        {
            get
            {
                int[] counts = [.. Numbers.SelectMany(number => number.Seeds).Select(seed => seed.Count).Where(count => count > 0)];
                return counts.Length == 0 ? null : $"n {Reports.Numbers.Count(counts.Min())}{(counts.Min() == counts.Max() ? "" : $" to {Reports.Numbers.Count(counts.Max())}")} a seed";
            }
        }
    }
}
