using System.Text.RegularExpressions;

namespace Nulls.Tests.Conventions;

public class LayeringTests
{
    // Ground first. A folder uses only folders of the floors below its own; "" is the library's own folder.
    private static readonly string[][] Floors =
    [
        ["Sources", "Storage", "Torch", "Distributed"],
        ["Sinks", "Text", "Kernels"],
        ["Model"],
        ["Training", "Inference", "Unlearning", "Interchange"],
        [""],
        ["Evaluation"],
        ["Certificates"],
    ];

    private static readonly string[] FoldersWithoutTorch = ["Sources", "Sinks", "Text"];

    private static readonly IReadOnlyList<SourceFile> Core = SourceFile.Of("Nulls.Core");

    [Fact]
    public void Every_folder_is_on_a_floor() =>
        Convention.AssertHolds(Core.Where(file => FloorOf(file.Folder) < 0).Select(file => $"{file}: '{file.Folder}' is on no floor."));

    [Fact]
    public void Every_namespace_is_that_of_its_folder() =>
        Convention.AssertHolds(Core.Where(file => file.Namespace != NamespaceOf(file)).Select(file => $"{file}: '{file.Namespace}' should be '{NamespaceOf(file)}'."));

    [Fact]
    public void A_folder_uses_only_floors_below_its_own() => Convention.AssertHolds(
        from file in Core
        from used in file.UsedFolders
        where FloorOf(used) >= FloorOf(file.Folder)
        select $"{file} uses {used}, which is not below {(file.Folder.Length > 0 ? file.Folder : "the root")}.");

    [Fact]
    public void No_floor_below_the_root_knows_its_types() => Convention.AssertHolds(
        from file in Core
        where FloorOf(file.Folder) < FloorOf("")
        from type in Core.Where(root => root.Folder.Length == 0).Select(root => Path.GetFileNameWithoutExtension(root.Path))
        where Regex.IsMatch(file.Code, $@"\b{type}\b")
        select $"{file} uses {type}.");

    [Fact]
    public void Integers_and_text_know_no_Torch() => Convention.AssertHolds(
        from file in Core
        where FoldersWithoutTorch.Contains(file.Folder) || file.Path.Contains("FictionalEncyclopedia", StringComparison.Ordinal)
        where file.Code.Contains("TorchSharp", StringComparison.Ordinal) || file.UsedFolders.Contains("Torch")
        select $"{file} uses Torch.");

    [Fact]
    public void The_core_knows_no_ML_NET() => Convention.AssertHolds(
        Core.Where(file => file.Code.Replace("Microsoft.ML.Tokenizers", "", StringComparison.Ordinal).Contains("Microsoft.ML", StringComparison.Ordinal))
            .Select(file => $"{file} uses ML.NET."));

    [Fact]
    public void The_sources_are_found() => Assert.Contains(Core, file => file.Path == "Model/NullsModel.cs");

    [Fact]
    public void A_use_of_an_upper_floor_is_seen_in_code_and_not_in_comments()
    {
        Assert.Equal(["Training"], new SourceFile("Model/A.cs", "using Nulls.Training;\n\nnamespace Nulls.Model;\n").UsedFolders);
        Assert.Equal(["Inference"], new SourceFile("Model/A.cs", "namespace Nulls.Model;\n\nclass A { Nulls.Inference.SinkState B; }\n").UsedFolders);
        Assert.Empty(new SourceFile("Model/A.cs", "namespace Nulls.Model;\n\n/// <see cref=\"Nulls.Training.TrainingOptions\"/>\nclass A;\n").UsedFolders);
    }

    private static int FloorOf(string folder) => Array.FindIndex(Floors, floor => floor.Contains(folder));

    private static string NamespaceOf(SourceFile file) =>
        string.Join('.', (string[])["Nulls", .. file.Path.Split('/')[..^1]]);
}
