namespace ForgetDesk.Tests.Support;

/// <summary>The browser of the machine.</summary>
internal static class Chromium
{
    private const string Variable = "NULLS_CHROMIUM";

    /// <summary>Gets its path: the environment variable NULLS_CHROMIUM, or chromium in PATH; null where there is none.</summary>
    public static string? Path { get; } = Find();

    public static string? ReasonToSkip => Path is null ? $"There is no chromium in PATH, and the environment variable {Variable} names none." : null;

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(System.IO.Path.PathSeparator) ?? [];
        return folders.SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => System.IO.Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
