using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nulls.Examples;

/// <summary>The figures of a run, for programs to read.</summary>
internal sealed class Report
{
    private readonly JsonObject _figures = [];

    /// <summary>Sets a figure; its name is a path of names with dots between. What is not a number is written as null.</summary>
    public double this[string name]
    {
        set
        {
            var names = name.Split('.');
            var parent = _figures;
            foreach (var part in names[..^1])
            {
                if (parent[part] is not JsonObject child)
                    parent[part] = child = [];
                parent = child;
            }

            parent[names[^1]] = double.IsFinite(value) ? JsonValue.Create(value) : null;
        }
    }

    public void Write(string path)
    {
        File.WriteAllText(path, _figures.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        Show.Line($"All figures are in {path}");
    }
}
