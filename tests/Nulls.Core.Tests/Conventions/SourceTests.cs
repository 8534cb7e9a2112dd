namespace Nulls.Tests.Conventions;

public class SourceTests
{
    private const int MostLines = 400;

    private static readonly IReadOnlyList<SourceFile> Files = [.. SourceFile.Of("Nulls.Core"), .. SourceFile.Of("Nulls.MLNet"), .. SourceFile.Of("Publicizer")];

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Convention.AssertHolds(Files.Where(file => file.LineCount > MostLines).Select(file => $"{file} has {file.LineCount} lines. Split it by concept."));

    [Theory]
    [InlineData("TODO")]
    [InlineData("FIXME")]
    [InlineData("HACK")]
    [InlineData("NotImplementedException")]
    [InlineData("STUB")]
    [InlineData("#region")]
    public void No_file_leaves_something_for_later(string word) =>
        Convention.AssertHolds(Files.Where(file => file.Text.Contains(word, StringComparison.Ordinal)).Select(file => $"{file} has '{word}'."));

    [Fact]
    public void No_finalizer_is_written() =>
        Convention.AssertHolds(Files.Where(file => file.Code.Contains("    ~", StringComparison.Ordinal)).Select(file => $"{file} has a finalizer."));
}
