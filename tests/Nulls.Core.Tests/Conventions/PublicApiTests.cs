using Nulls.Tests.Support;

namespace Nulls.Tests.Conventions;

public class PublicApiTests
{
    [Fact]
    public void The_public_surface_changes_only_with_its_approved_text() =>
        PublicApi.AssertApproved(typeof(NullsBundle).Assembly, "tests", "Nulls.Core.Tests", "PublicApi.txt");
}
