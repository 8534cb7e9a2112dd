namespace ForgetDesk.Tests.Support;

/// <summary>A fact that drives a browser; skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedingChromiumAttribute : FactAttribute
{
    public FactNeedingChromiumAttribute() => Skip = Chromium.ReasonToSkip;
}
