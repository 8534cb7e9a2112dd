namespace Nulls.Tests.Support;

/// <summary>A fact about several ranks; skipped, with the reason, where Open MPI's mpirun is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedingMpiAttribute : FactAttribute
{
    public FactNeedingMpiAttribute() => Skip = MpiRun.ReasonToSkip;
}
