namespace Nulls.Tests.Support;

/// <summary>A fact that reads reference numbers; skipped, with the reason, where a path below <see cref="RepositoryFolder.Golden"/> is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedingGoldenAttribute : FactAttribute
{
    public FactNeedingGoldenAttribute(params string[] paths) => Skip = NeededPaths.ReasonToSkip(RepositoryFolder.Golden, paths);
}
