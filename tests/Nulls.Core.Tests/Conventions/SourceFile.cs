using System.Text.RegularExpressions;
using Nulls.Tests.Support;

namespace Nulls.Tests.Conventions;

/// <summary>A file of a library's source, read as text.</summary>
/// <param name="Path">Below the library's folder, with forward slashes: <c>Model/Attention.cs</c>.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    /// <summary>Gets the first folder of the path; empty for a file in the library's own folder.</summary>
    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.IndexOf('/', StringComparison.Ordinal)] : "";

    public int LineCount => Text.TrimEnd('\n').Split('\n').Length;

    public string Namespace => NamespaceLine().Match(Text).Groups[1].Value;

    /// <summary>Gets the folders of Nulls.Core that the code names, in using directives or in full; comments may name any.</summary>
    public IReadOnlyList<string> UsedFolders =>
        [.. FolderName().Matches(WithoutNamespace()).Select(match => match.Groups[1].Value).Distinct().Where(folder => folder != Folder)];

    /// <summary>Gets the code without comments and without strings' remarks about themselves: lines that begin with a comment are left out.</summary>
    public string Code => string.Join('\n', Text.Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    public static IReadOnlyList<SourceFile> Of(string project)
    {
        var folder = System.IO.Path.Combine(RepositoryFolder.Root, "src", project);
        return [.. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Full: path, Relative: System.IO.Path.GetRelativePath(folder, path).Replace('\\', '/')))
            .Where(path => !path.Relative.StartsWith("bin/", StringComparison.Ordinal) && !path.Relative.StartsWith("obj/", StringComparison.Ordinal))
            .OrderBy(path => path.Relative, StringComparer.Ordinal)
            .Select(path => new SourceFile(path.Relative, File.ReadAllText(path.Full).ReplaceLineEndings("\n")))];
    }

    public override string ToString() => Path;

    private string WithoutNamespace() => NamespaceLine().Replace(Code, "");

    [GeneratedRegex(@"^namespace ([\w.]+);$", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\bNulls\.([A-Z]\w+)")]
    private static partial Regex FolderName();
}
