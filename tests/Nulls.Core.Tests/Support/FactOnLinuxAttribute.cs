namespace Nulls.Tests.Support;

/// <summary>A fact about Linux's native libraries; skipped, with the reason, elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactOnLinuxAttribute : FactAttribute
{
    public FactOnLinuxAttribute() => Skip = OperatingSystem.IsLinux() ? null : "Only Linux has ELF libraries.";
}
