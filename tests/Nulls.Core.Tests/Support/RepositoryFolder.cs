namespace Nulls.Tests.Support;

/// <summary>The repository's root, and the folders beside it that some tests read: reference numbers and real text. Those may be absent.</summary>
internal static class RepositoryFolder
{
    /// <summary>Gets the folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Gets the reference numbers: the environment variable NULLS_GOLDEN, or ../shared/golden/reference.</summary>
    public static string Golden { get; } =
        Environment.GetEnvironmentVariable("NULLS_GOLDEN") is { Length: > 0 } given ? given : Beside("golden", "reference");

    /// <summary>Gets the real texts, tokenizers and models: ../shared/data.</summary>
    public static string Data { get; } = Beside("data");

    private static string Beside(params string[] parts) => Path.GetFullPath(Path.Combine([Root, "..", "shared", .. parts]));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Nulls.MLNet.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above '{AppContext.BaseDirectory}' holds Nulls.MLNet.sln. Run the tests from a build inside the repository.");
    }
}
