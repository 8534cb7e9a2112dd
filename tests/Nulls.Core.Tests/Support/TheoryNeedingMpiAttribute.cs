namespace Nulls.Tests.Support;

/// <summary>A theory about several ranks; skipped, with the reason, where Open MPI's mpirun is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryNeedingMpiAttribute : TheoryAttribute
{
    public TheoryNeedingMpiAttribute() => Skip = MpiRun.ReasonToSkip;
}
