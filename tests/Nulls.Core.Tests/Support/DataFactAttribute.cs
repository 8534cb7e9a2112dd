namespace Nulls.Tests.Support;

/// <summary>A test that needs a file of the data folder; skipped, with the reason, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute(string file)
    {
        File = file;
        Skip = TestFolders.ReasonToSkip(TestFolders.Data, file);
    }

    public string File { get; }
}
