namespace Nulls.Tests.Support;

/// <summary>An empty folder of a test's own, deleted with all in it at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("nulls-tests-").FullName;

    /// <summary>The path of a file or folder in it, which need not exist.</summary>
    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
