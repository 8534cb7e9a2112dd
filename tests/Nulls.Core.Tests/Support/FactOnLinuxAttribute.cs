namespace Nulls.Tests.Support;

/// <summary>A fact about Linux's native libraries or what its kernel tells; skipped, with the reason, elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactOnLinuxAttribute : FactAttribute
{
    public FactOnLinuxAttribute() => Skip = OperatingSystem.IsLinux() ? null : "Only Linux has ELF libraries and /proc.";
}
