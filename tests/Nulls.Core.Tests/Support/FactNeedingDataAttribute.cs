namespace Nulls.Tests.Support;

/// <summary>A fact that reads real data; skipped, with the reason, where a path below <see cref="RepositoryFolder.Data"/> is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedingDataAttribute : FactAttribute
{
    public FactNeedingDataAttribute(params string[] paths) => Skip = NeededPaths.ReasonToSkip(RepositoryFolder.Data, paths);
}
