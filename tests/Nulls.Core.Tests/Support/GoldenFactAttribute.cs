namespace Nulls.Tests.Support;

/// <summary>A test that needs a file of the golden folder; skipped, with the reason, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GoldenFactAttribute : FactAttribute
{
    public GoldenFactAttribute(string file)
    {
        File = file;
        Skip = TestFolders.ReasonToSkip(TestFolders.Golden, file);
    }

    public string File { get; }
}
