namespace Nulls.Tests.Support;

/// <summary>A theory that reads reference numbers; skipped, with the reason, where a path below <see cref="RepositoryFolder.Golden"/> is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryNeedingGoldenAttribute : TheoryAttribute
{
    public TheoryNeedingGoldenAttribute(params string[] paths) => Skip = NeededPaths.ReasonToSkip(RepositoryFolder.Golden, paths);
}
