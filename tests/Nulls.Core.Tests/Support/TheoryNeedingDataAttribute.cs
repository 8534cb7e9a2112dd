namespace Nulls.Tests.Support;

/// <summary>A theory that reads real data; skipped, with the reason, where a path below <see cref="RepositoryFolder.Data"/> is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryNeedingDataAttribute : TheoryAttribute
{
    public TheoryNeedingDataAttribute(params string[] paths) => Skip = NeededPaths.ReasonToSkip(RepositoryFolder.Data, paths);
}
