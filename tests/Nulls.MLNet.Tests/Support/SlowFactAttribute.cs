namespace Nulls.MLNet.Tests.Support;

/// <summary>A fact that takes minutes or gigabytes; skipped, with the reason, unless the environment variable NULLS_SLOW_TESTS is 1.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SlowFactAttribute : FactAttribute
{
    private const string Variable = "NULLS_SLOW_TESTS";

    public SlowFactAttribute(string cost) =>
        Skip = Environment.GetEnvironmentVariable(Variable) == "1" ? null : $"It needs {cost}: set {Variable}=1 to run it.";
}
