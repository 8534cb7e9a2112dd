using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nulls.Benchmarks;

/// <summary>The figures of one run, printed as they come and written as one JSON file.</summary>
/// <param name="needed">The names of the figures that a whole run must have measured.</param>
/// <remarks>The file holds each figure by its name, measured with the first number of threads, and all of them in full under <c>details</c>.</remarks>
internal sealed class SummaryReport(IReadOnlyCollection<string> needed)
{
    private const string TableStart = "<!-- figures -->";
    private const string TableEnd = "<!-- end of figures -->";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly List<(int ThreadCount, Figure Figure)> _figures = [];

    public IReadOnlyList<int> ThreadCounts => [.. _figures.Select(entry => entry.ThreadCount).Distinct()];

    /// <summary>Gets the figures of a whole run that are not there.</summary>
    public IEnumerable<string> Missing => needed.Except(_figures.Select(entry => entry.Figure.Name));

    public void Add(int threadCount, Figure figure)
    {
        _figures.Add((threadCount, figure));
        Console.WriteLine($"{figure.Name,-30} {figure.Value,10:0.####}  {(figure.IsUpperBound ? "<=" : ">=")} {figure.Reach,-8:0.####} {(figure.IsHeld ? "held  " : "missed")}  {threadCount} thread{(threadCount == 1 ? "" : "s")}  {figure.Detail}");
    }

    public void Write(string path)
    {
        var root = new JsonObject();
        foreach (var (_, figure) in _figures.DistinctBy(entry => entry.Figure.Name))
            root[figure.Name] = Number(figure.Value);
        root["machine"] = Machine();
        root["date"] = Date();
        root["details"] = new JsonArray([.. _figures.Select(entry => new JsonObject
        {
            ["name"] = entry.Figure.Name, ["threads"] = entry.ThreadCount, ["value"] = Number(entry.Figure.Value),
            ["reach"] = (entry.Figure.IsUpperBound ? "<= " : ">= ") + entry.Figure.Reach, ["held"] = entry.Figure.IsHeld, ["detail"] = entry.Figure.Detail,
        })]);
        File.WriteAllText(path, root.ToJsonString(Json));
    }

    /// <summary>Puts the figures into a page, as a table between its two marks; what else it says stays.</summary>
    /// <exception cref="InvalidDataException">The page lacks a mark.</exception>
    public void WriteTable(string path)
    {
        var page = File.ReadAllText(path);
        var (start, end) = (page.IndexOf(TableStart, StringComparison.Ordinal), page.IndexOf(TableEnd, StringComparison.Ordinal));
        if (start < 0 || end < start)
            throw new InvalidDataException($"'{path}' must hold the lines '{TableStart}' and '{TableEnd}', between which the table is put.");

        var counts = ThreadCounts;
        var table = new StringBuilder();
        table.Append($"{TableStart}\n\n{Machine()}, {Date()}.\n\n| figure | reach | {string.Join(" | ", counts.Select(count => $"{count} thread{(count == 1 ? "" : "s")}"))} | how |\n|---|---|{string.Concat(counts.Select(_ => "---|"))}---|\n");
        foreach (var figures in _figures.GroupBy(entry => entry.Figure.Name))
        {
            var first = figures.First().Figure;
            var values = counts.Select(count => figures.Where(entry => entry.ThreadCount == count).Select(entry => entry.Figure).SingleOrDefault())
                .Select(figure => figure is null ? "" : $"{figure.Value:0.###}{(figure.IsHeld ? "" : " (missed)")}");
            table.Append($"| `{first.Name}` | {Reach(first)} | {string.Join(" | ", values)} | {first.Detail.Replace("|", "/", StringComparison.Ordinal)} |\n");
        }

        File.WriteAllText(path, $"{page[..start]}{table}\n{page[end..]}");
    }

    private static string Reach(Figure figure) => $"{(figure.IsUpperBound ? "<=" : ">=")} {figure.Reach:0.###}";

    private static string Machine() => $"{RuntimeInformation.OSDescription}, {Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}";

    private static string Date() => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd");

    private static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor"
        : RuntimeInformation.ProcessArchitecture.ToString();
}
