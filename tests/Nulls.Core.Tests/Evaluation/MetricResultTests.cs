using System.Text.Json;
using Nulls.Evaluation;
using Nulls.Tests.Support;

namespace Nulls.Tests.Evaluation;

public class MetricResultTests
{
    private static readonly MetricResult Probability = MetricResult.OfMean("forget_Q_A_Prob", [0.25, 0.75, double.NaN], "prob") with { Seed = 3 };

    private static readonly MetricResult Quality = new() { Name = "forget_quality", Value = double.NaN };

    [Fact]
    public void A_mean_comes_with_its_standard_error_and_interval()
    {
        // Deviations of 1 and 1 about 2: variance 2, standard error sqrt(2 / 2).
        var result = MetricResult.OfMean("m", [1, 3]);

        Assert.Equal((2, 2, 1), (result.Value, result.Count, result.StandardError));
        Assert.Equal(2 - 1.959963984540054, result.Interval!.Value.Lower, 12);
        Assert.Equal(2 + 1.959963984540054, result.Interval!.Value.Upper, 12);
    }

    [Fact]
    public void A_value_alone_has_no_standard_error()
    {
        Assert.Null(MetricResult.OfMean("m", [1]).StandardError);
        Assert.Equal(double.NaN, MetricResult.OfMean("m", [double.NaN]).Value);
    }

    [Fact]
    public void A_proportion_has_Wilsons_interval()
    {
        var result = MetricResult.OfProportion("p", [true, false, true, true]);

        Assert.Equal(0.75, result.Value);
        Assert.Equal(ConfidenceInterval.Wilson(3, 4), result.Interval);
        Assert.Equal([1, 0, 1, 1], result.ValuesByIndex["score"]);
    }

    [Fact]
    public void OpenUnlearnings_log_has_agg_value_and_value_by_index()
    {
        Assert.Equal(
            """{"forget_Q_A_Prob":{"agg_value":0.5,"value_by_index":{"0":{"prob":0.25},"1":{"prob":0.75},"2":{"prob":null}}},"forget_quality":{"agg_value":null}}""",
            Written(MetricResultsWriter.WriteOpenUnlearning, Quality, Probability));
    }

    [Fact]
    public void OpenUnlearnings_summary_has_numbers_by_name() =>
        Assert.Equal("""{"forget_Q_A_Prob":0.5}""", Written(MetricResultsWriter.WriteOpenUnlearningSummary, Quality, Probability));

    [Fact]
    public void Our_form_says_how_sure_a_number_is()
    {
        var result = MetricResult.OfProportion("acc", [true, true]) with { Seed = 7, StandardError = 0.125, Interval = new(0.25, 1) };

        Assert.Equal(
            """{"metrics":[{"name":"acc","value":1,"n":2,"standard_error":0.125,"interval":[0.25,1],"seed":7,"values":{"score":[1,1]}},{"name":"forget_quality","value":null}]}""",
            Written(MetricResultsWriter.Write, result, Quality));
    }

    [Fact]
    public void Several_seeds_of_a_metric_fit_in_our_form_and_not_in_OpenUnlearnings()
    {
        Written(MetricResultsWriter.Write, Probability, Probability with { Seed = 4 });

        Assert.Contains("2 are called 'forget_Q_A_Prob'", Assert.Throws<ArgumentException>(() => Written(MetricResultsWriter.WriteOpenUnlearning, Probability, Probability with { Seed = 4 })).Message);
        Assert.Throws<ArgumentException>(() => Written(MetricResultsWriter.Write, Probability, Probability));
    }

    [Fact]
    public void Lists_of_unequal_length_are_refused_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "out.json");
        var uneven = Probability with { ValuesByIndex = new Dictionary<string, IReadOnlyList<double>> { ["prob"] = [1, 2], ["avg_loss"] = [1] } };

        Assert.Contains("'prob' 2, 'avg_loss' 1", Assert.Throws<ArgumentException>(() => MetricResultsWriter.WriteOpenUnlearning(path, [uneven])).Message);
        Assert.False(File.Exists(path));
    }

    private static string Written(Action<string, IReadOnlyList<MetricResult>> write, params MetricResult[] results)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "out.json");
        write(path, results);
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return JsonSerializer.Serialize(json.RootElement);
    }
}
