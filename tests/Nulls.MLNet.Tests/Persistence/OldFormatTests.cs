using System.Globalization;
using Microsoft.ML;

namespace Nulls.MLNet.Tests.Persistence;

public class OldFormatTests
{
    // Other processors sum in another order.
    private const float Tolerance = 1e-3f;

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.zip").Select(file => Path.GetFileNameWithoutExtension(file))];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Persistence", "Files");

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_of_an_earlier_version_loads_and_scores_as_it_did(string name)
    {
        using var model = (NullsTransformer)new MLContext().Model.Load(Path.Combine(Folder, $"{name}.zip"), out _);
        var lines = File.ReadAllLines(Path.Combine(Folder, $"{name}.scores.tsv")).Select(line => line.Split('\t')).ToArray();

        var scored = TinyModel.Score(model, lines.Select(fields => new Row { Text = fields[0], Source = fields[1] }));

        Assert.NotEmpty(lines);
        foreach (var (fields, row) in lines.Zip(scored))
        {
            Assert.Equal(float.Parse(fields[2], CultureInfo.InvariantCulture), row.Score, Tolerance);
            Assert.Equal(fields[3], row.SinkState);
        }
    }

    [Fact]
    public void The_first_format_is_among_the_files() => Assert.True(File.Exists(Path.Combine(Folder, "format-1.zip")));
}
