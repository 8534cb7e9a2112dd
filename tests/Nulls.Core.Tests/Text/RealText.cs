using System.Text.Json;
using Nulls.Tests.Support;

namespace Nulls.Tests.Text;

internal static class RealText
{
    /// <summary>The texts of a file of articles, one JSON object a line.</summary>
    public static string[] Articles(string name) =>
        [.. File.ReadLines(Path.Combine(RepositoryFolder.Data, "articles", name)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString() ?? "")];
}
