using System.Reflection;
using Nulls.Tests.Support;

namespace Nulls.MLNet.Tests.Conventions;

public class PublicApiTests
{
    [Fact]
    public void The_public_surface_changes_only_with_its_approved_text() =>
        PublicApi.AssertApproved(Assembly.Load("Nulls.MLNet"), "tests", "Nulls.MLNet.Tests", "PublicApi.txt");
}
