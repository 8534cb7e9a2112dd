using System.Reflection;
using PublicApiGenerator;

namespace Nulls.Tests.Support;

/// <summary>Compares a library's public surface with the text that was approved: a change to it must be seen in review.</summary>
internal static class PublicApi
{
    /// <summary>Set to 1, this environment variable makes the tests write the approved text anew instead of comparing it.</summary>
    public const string ApproveVariable = "NULLS_APPROVE_API";

    /// <summary>Fails when the assembly's public surface is not that of the approved file, whose path is below the repository's root.</summary>
    public static void AssertApproved(Assembly assembly, params string[] path)
    {
        var file = Path.Combine([RepositoryFolder.Root, .. path]);
        var found = assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] }).ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable(ApproveVariable) == "1")
        {
            File.WriteAllText(file, found);
            return;
        }

        var approved = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (found == approved)
            return;

        var (before, after) = (approved.Split('\n'), found.Split('\n'));
        var first = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.Fail(
            $"The public surface of {assembly.GetName().Name} differs from '{file}', first in line {first + 1}:\n" +
            $"  approved: {before.ElementAtOrDefault(first)?.Trim() ?? "(end)"}\n  found:    {after.ElementAtOrDefault(first)?.Trim() ?? "(end)"}\n" +
            $"Run the tests with {ApproveVariable}=1 to approve it, and review the file's change.");
    }
}
