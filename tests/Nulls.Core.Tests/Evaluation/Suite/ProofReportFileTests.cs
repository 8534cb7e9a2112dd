using System.Text.Json;
using Nulls.Evaluation.Suite;
using Nulls.Tests.Support;

namespace Nulls.Tests.Evaluation.Suite;

public sealed class ProofReportFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["report.json"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_written_is_read_again()
    {
        var report = MadeUpProof.Report;

        ProofReportWriter.Write(report, Path);
        var read = ProofReportReader.Read(Path);

        Assert.Equal(report.Claims, read.Claims);
        Assert.Equal(report.Systems, read.Systems);
        Assert.Equal(report.NotRun, read.NotRun);
        Assert.Equal(report.Warnings, read.Warnings);
        Assert.Equal(report.Seeds, read.Seeds);
        Assert.Equal(
            (report.Corpus, report.Form, report.ForgetSet, report.SourceCount, report.ForgottenCount, report.Made, report.Computed, report.Environment),
            (read.Corpus, read.Form, read.ForgetSet, read.SourceCount, read.ForgottenCount, read.Made, read.Computed, read.Environment));
        Assert.Equal(report.Measurements.ToHashSet(), read.Measurements.ToHashSet());
        Assert.Equal(report.Measurements.Count, read.Measurements.Count);
    }

    [Fact]
    public void The_order_in_which_numbers_were_measured_changes_no_byte()
    {
        ProofReportWriter.Write(MadeUpProof.Report, Path);
        var mixed = MadeUpProof.Report.Measurements.ToArray();
        new Random(3).Shuffle(mixed);
        ProofReportWriter.Write(MadeUpProof.Report with { Measurements = mixed }, _folder["mixed.json"]);

        Assert.Equal(File.ReadAllBytes(Path), File.ReadAllBytes(_folder["mixed.json"]));
    }

    [Fact]
    public void A_claim_has_the_members_that_scripts_ask_for()
    {
        ProofReportWriter.Write(MadeUpProof.Report, Path);

        using var file = JsonDocument.Parse(File.ReadAllText(Path));
        var claim = file.RootElement.GetProperty("claims")[3];
        Assert.Equal(
            """{"name":"shared.matchesRetrained","statement":"What other sources say too stays known as in a model that never saw the forgotten ones.","value":0.09,"reach":0.06,"isAtLeast":false,"held":false,"n":504,"interval":[0.03,0.15],"note":"Facts of five sources: 0.65 against 0.53. The model keeps more than the gold."}""",
            JsonSerializer.Serialize(claim));
    }

    [Fact]
    public void A_number_stands_on_a_line_of_its_own()
    {
        ProofReportWriter.Write(
            MadeUpProof.Report with { Measurements = [new("nulls.backbone", "relearning", "unique.forgotten", 2, .25, 8, new(.125, .5)) { Step = 3 }] }, Path);

        Assert.Contains(
            """{"system":"nulls.backbone","metric":"relearning","factType":"unique.forgotten","seed":2,"step":3,"value":0.25,"n":8,"interval":[0.125,0.5]}""",
            File.ReadLines(Path).Select(line => line.Trim()));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_number_that_JSON_lacks_is_null_and_never_holds(double value)
    {
        ProofReportWriter.Write(MadeUpProof.Report with { Claims = [new("c", "s", value, 0, value > 0, 1, new(double.NaN, 1))] }, Path);

        using var file = JsonDocument.Parse(File.ReadAllText(Path));
        Assert.Equal(JsonValueKind.Null, file.RootElement.GetProperty("claims")[0].GetProperty("value").ValueKind);
        var claim = Assert.Single(ProofReportReader.Read(Path).Claims);
        Assert.True(double.IsNaN(claim.Value) && !claim.Held && double.IsNaN(claim.Interval!.Value.Lower));
    }

    [Fact]
    public void A_claim_that_contradicts_its_numbers_is_refused()
    {
        ProofReportWriter.Write(MadeUpProof.Report, Path);
        var text = File.ReadAllText(Path);
        File.WriteAllText(Path, text.Replace("\"held\": false", "\"held\": true", StringComparison.Ordinal));

        var failure = Assert.Throws<InvalidDataException>(() => ProofReportReader.Read(Path));
        Assert.Contains("the claim 'shared.matchesRetrained' is said to be held", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null", "'format' must be")]
    [InlineData("{}", "'format' must be")]
    [InlineData("{ \"format\": \"Nulls proof\" }", "version is missing")]
    [InlineData("{ \"format\": \"Nulls proof\", \"version\": 2 }", "its version is 2, and this library reads version 1")]
    [InlineData("{ \"format\": \"Nulls proof\", \"version\": 1 }", "corpus")]
    [InlineData("{ \"format\": ", "LineNumber")]
    public void A_file_that_is_no_report_is_refused_by_name(string text, string reason)
    {
        File.WriteAllText(Path, text);

        var failure = Assert.Throws<InvalidDataException>(() => ProofReportReader.Read(Path));
        Assert.StartsWith($"The report '{Path}' is not what it should be: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_that_cannot_be_written_leaves_the_earlier_one_whole()
    {
        ProofReportWriter.Write(MadeUpProof.Report, Path);
        var before = File.ReadAllBytes(Path);

        Assert.ThrowsAny<Exception>(() => ProofReportWriter.Write(MadeUpProof.Report with { Systems = null! }, Path));

        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Fact]
    public void One_models_numbers_are_a_log_of_OpenUnlearning()
    {
        ProofReportWriter.WriteOpenUnlearning(MadeUpProof.Report, "nulls.backbone", 2, Path);

        using var file = JsonDocument.Parse(File.ReadAllText(Path));
        var forgotten = MadeUpProof.Report.Measurements.Single(number => number is { System: "nulls.backbone", Seed: 2, Metric: "accuracy", FactType: "unique.forgotten" });
        Assert.Equal(forgotten.Value, file.RootElement.GetProperty("accuracy/unique.forgotten").GetProperty("agg_value").GetDouble());
        Assert.Equal(JsonValueKind.Null, file.RootElement.GetProperty("rouge/unique.kept").GetProperty("agg_value").ValueKind);
        Assert.True(file.RootElement.TryGetProperty("relearning.probe/unique.untouched/step.20", out _));
    }

    [Fact]
    public void A_model_without_numbers_is_named_as_such()
    {
        var failure = Assert.Throws<ArgumentException>(() => ProofReportWriter.WriteOpenUnlearning(MadeUpProof.Report, "nulls.lost", 2, Path));
        Assert.Contains("no number of the system 'nulls.lost' with the seed 2", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path));
    }
}
