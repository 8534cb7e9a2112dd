using System.Reflection;
using Nulls.Tests.Support;

namespace Nulls.MLNet.Tests.Conventions;

public class PublicApiTests
{
    [Theory]
    [InlineData("Nulls.MLNet", "PublicApi.txt")]
    [InlineData("Nulls.MLNet.Parquet", "PublicApi.Parquet.txt")]
    [InlineData("Nulls.Reports", "PublicApi.Reports.txt")]
    public void The_public_surface_changes_only_with_its_approved_text(string assembly, string approved) =>
        PublicApi.AssertApproved(Assembly.Load(assembly), "tests", "Nulls.MLNet.Tests", approved);
}
