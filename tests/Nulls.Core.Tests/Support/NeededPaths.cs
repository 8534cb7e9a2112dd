namespace Nulls.Tests.Support;

internal static class NeededPaths
{
    /// <summary>Null when the folder and every path below it exist, else a sentence that names what is absent.</summary>
    public static string? ReasonToSkip(string folder, IReadOnlyList<string> paths)
    {
        if (!Directory.Exists(folder))
            return $"There is no folder '{folder}'.";
        var absent = paths.FirstOrDefault(path => !Path.Exists(Path.Combine(folder, path)));
        return absent is null ? null : $"There is no '{absent}' in '{folder}'.";
    }
}
