namespace Nulls.Tests.Conventions;

internal static class Convention
{
    /// <summary>Fails with every violation in full.</summary>
    public static void AssertHolds(IEnumerable<string> violations)
    {
        var all = violations.ToArray();
        if (all.Length > 0)
            Assert.Fail(string.Join('\n', all));
    }
}
