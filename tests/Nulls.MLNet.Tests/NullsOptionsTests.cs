using Microsoft.ML;
using Nulls.Inference;
using Nulls.Model;

namespace Nulls.MLNet.Tests;

public class NullsOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => new NullsOptions().Validate();

    [Fact]
    public void An_empty_column_name_is_refused_by_its_option()
    {
        var exception = Assert.Throws<ArgumentException>(() => new NullsOptions { FeaturesColumnName = " " }.Validate());

        Assert.Contains("FeaturesColumnName", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_outputs_of_one_name_are_refused_and_both_options_named()
    {
        var exception = Assert.Throws<ArgumentException>(() => new NullsOptions { ScoreColumnName = "A", CompletionColumnName = "A" }.Validate());

        Assert.Contains("ScoreColumnName and CompletionColumnName are both 'A'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_and_source_in_one_column_are_refused() =>
        Assert.Throws<ArgumentException>(() => new NullsOptions { SourceColumnName = "Text" }.Validate());

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_batch_of_no_rows_is_refused(int batchSize) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NullsOptions { BatchSize = batchSize }.Validate());

    [Fact]
    public void A_temperature_that_is_not_a_number_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NullsOptions { Generation = new GenerationOptions { Temperature = double.NaN } }.Validate());

    [Fact]
    public void Impossible_sizes_are_refused_before_an_estimator_exists()
    {
        // 8 groups of 10 sinks: 10 is no prime.
        var options = new NullsOptions { Model = new NullsConfig { SinkPoolWidth = 80, SinksPerSource = 8 } };

        Assert.ThrowsAny<ArgumentException>(() => new MLContext().Nulls(options));
    }
}
