using System.Text.Json.Nodes;

namespace Nulls.Tests.Training;

/// <summary>The precision that the checkpoint of a work folder names.</summary>
internal static class SavedPrecision
{
    public static string Read(string work) => (string)Parse(work)["computeType"]!;

    public static void Replace(string work, string name)
    {
        var manifest = Parse(work);
        manifest["computeType"] = name;
        File.WriteAllText(PathIn(work), manifest.ToJsonString());
    }

    private static JsonNode Parse(string work) => JsonNode.Parse(File.ReadAllText(PathIn(work)))!;

    private static string PathIn(string work) => Path.Combine(work, "checkpoint", "checkpoint.json");
}
