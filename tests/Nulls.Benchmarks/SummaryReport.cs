using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nulls.Benchmarks;

/// <summary>The figures of one run, printed as they come and written as one JSON file.</summary>
/// <remarks>The file holds each figure by its name, measured with the first number of threads, and all of them in full under <c>details</c>.</remarks>
internal sealed class SummaryReport
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly List<(int ThreadCount, Figure Figure)> _figures = [];

    public IReadOnlyList<int> ThreadCounts => [.. _figures.Select(entry => entry.ThreadCount).Distinct()];

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
        root["machine"] = $"{RuntimeInformation.OSDescription}, {Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}";
        root["date"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd");
        root["details"] = new JsonArray([.. _figures.Select(entry => new JsonObject
        {
            ["name"] = entry.Figure.Name, ["threads"] = entry.ThreadCount, ["value"] = Number(entry.Figure.Value),
            ["reach"] = (entry.Figure.IsUpperBound ? "<= " : ">= ") + entry.Figure.Reach, ["held"] = entry.Figure.IsHeld, ["detail"] = entry.Figure.Detail,
        })]);
        File.WriteAllText(path, root.ToJsonString(Json));
    }

    private static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor"
        : RuntimeInformation.ProcessArchitecture.ToString();
}
