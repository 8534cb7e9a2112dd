namespace Nulls.Tests.Support;

/// <summary>Where the files lie that tests read and that are no part of the repository. They need not be there.</summary>
internal static class TestFolders
{
    /// <summary>Gets the folder of reference results: NULLS_GOLDEN, or shared/golden/reference beside the repository.</summary>
    public static string Golden { get; } = Environment.GetEnvironmentVariable("NULLS_GOLDEN") is { Length: > 0 } folder
        ? folder
        : Path.Combine(RepositoryRoot(), "..", "shared", "golden", "reference");

    /// <summary>Gets the folder of corpora, checkpoints and tokenizers: shared/data beside the repository.</summary>
    public static string Data { get; } = Path.Combine(RepositoryRoot(), "..", "shared", "data");

    /// <summary>Returns why a test that needs a file must be skipped, or null when the file is there.</summary>
    public static string? ReasonToSkip(string folder, string file) =>
        File.Exists(Path.Combine(folder, file)) ? null : $"Needs '{Path.GetFullPath(Path.Combine(folder, file))}', which is not here.";

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nulls.MLNet.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
