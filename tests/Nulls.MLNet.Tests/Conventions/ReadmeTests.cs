using Nulls.Tests.Support;

namespace Nulls.MLNet.Tests.Conventions;

public class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(RepositoryFolder.Root, "README.md"));

    [Fact]
    public void Every_line_of_code_in_the_README_is_in_an_example_that_compiles()
    {
        var example = File.ReadAllLines(Path.Combine(RepositoryFolder.Root, "examples", "FirstSteps", "Program.cs"));
        var code = Readme.Split("```csharp\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(code);
        Assert.Empty(code.Except(example));
    }

    [Fact]
    public void The_code_of_an_application_in_the_README_compiles_in_a_test()
    {
        var compiled = File.ReadAllLines(Path.Combine(RepositoryFolder.Root, "tests", "Nulls.MLNet.Tests", "Hosting", "ReadmeApp.cs")).Select(line => line.Trim());
        var code = Readme.Split("## In an app\n")[1].Split("```csharp\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(code);
        Assert.Empty(code.Select(line => line.Trim()).Except(compiled));
    }

    [Fact]
    public void The_code_of_a_proof_in_the_README_compiles_in_a_test()
    {
        var compiled = File.ReadAllLines(Path.Combine(RepositoryFolder.Root, "tests", "Nulls.MLNet.Tests", "Reports", "ReadmeProof.cs")).Select(line => line.Trim());
        var code = Readme.Split("```csharp\n").Single(block => block.Contains("EvaluateNulls", StringComparison.Ordinal)).Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(code);
        Assert.Empty(code.Select(line => line.Trim()).Except(compiled));
    }

    [Fact]
    public void Every_file_that_the_README_links_to_exists()
    {
        var links = Readme.Split("](").Skip(1).Select(rest => rest.Split(')')[0]).Where(link => !link.Contains("://", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(RepositoryFolder.Root, link)), link));
    }
}
