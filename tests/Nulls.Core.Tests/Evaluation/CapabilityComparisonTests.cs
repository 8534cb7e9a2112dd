using Nulls.Evaluation;
using Nulls.Inference;
using Nulls.Tests.Support;

namespace Nulls.Tests.Evaluation;

public sealed class CapabilityComparisonTests(TinyBundle tiny) : IClassFixture<TinyBundle>
{
    private static readonly string[] General = [.. Enumerable.Range(50, 12).Select(i => $"In book {i} nothing happens.")];

    [Fact]
    public void A_model_costs_nothing_against_itself()
    {
        using var folder = new TemporaryFolder();
        WriteBenchmark(folder.Path);
        var comparison = CapabilityComparison.Run(tiny.Bundle, tiny.Bundle, General, folder.Path);
        Assert.Equal((0.0, 0.0), (comparison.LossExcess.Value, comparison.Benchmarks.Single().Difference.Value));
        Assert.Equal(comparison.NullsLoss.Value, comparison.StandardLoss.Value);
        Assert.True(comparison.Benchmarks[0].IsWithinStandardError);
    }

    [Fact]
    public void The_loss_is_the_mean_over_all_tokens_and_the_excess_its_ratio()
    {
        using var backbone = tiny.Bundle.WithRouting(SinkRouting.Backbone);
        using var placebo = tiny.Bundle.WithRouting(SinkRouting.Placebo);
        var comparison = CapabilityComparison.Run(placebo, backbone, General, benchmarkFolder: null);
        double Loss(NullsBundle bundle) => -bundle.Score([.. General.Select(text => new ScoringRequest(text, null))], ScoringOutputs.LogProbabilities).SelectMany(result => result.TokenLogProbabilities).Average();
        Assert.Equal(Loss(placebo), comparison.NullsLoss.Value, 1e-6);
        Assert.Equal((Loss(placebo) / Loss(backbone)) - 1, comparison.LossExcess.Value, 1e-6);
        Assert.InRange(comparison.LossExcess.Value, comparison.LossExcess.Interval!.Value.Lower, comparison.LossExcess.Interval.Value.Upper);
        Assert.Contains("No benchmark", comparison.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_benchmark_near_chance_is_called_so()
    {
        using var folder = new TemporaryFolder();
        WriteBenchmark(folder.Path);
        var comparison = CapabilityComparison.Run(tiny.Bundle, tiny.Bundle, General, folder.Path, mostQuestions: 8);
        Assert.Equal(8, comparison.Benchmarks.Single().NullsAccuracy.Accuracy.Count);
        Assert.True(comparison.Benchmarks[0].IsNearChance);
        Assert.Contains("nothing follows, in 1: coin", comparison.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_compared_is_refused()
    {
        using var other = TinyBundle.Train(TinyBundle.Options with { Tokenizer = new() { VocabularySize = 290 }, Training = TinyBundle.Options.Training with { Passes = 1 } });
        Assert.Contains("same tokens", Assert.Throws<ArgumentException>(() => CapabilityComparison.Run(tiny.Bundle, other, General, null)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CapabilityComparison.Run(tiny.Bundle, tiny.Bundle, ["one"], null));
        using var empty = new TemporaryFolder();
        Assert.Throws<InvalidDataException>(() => CapabilityComparison.Run(tiny.Bundle, tiny.Bundle, General, empty.Path));
        Assert.Throws<DirectoryNotFoundException>(() => CapabilityComparison.Run(tiny.Bundle, tiny.Bundle, General, Path.Combine(empty.Path, "none")));
    }

    [FactNeedingData("benchmarks")]
    public void Every_published_benchmark_is_read_and_asked()
    {
        var comparison = CapabilityComparison.Run(tiny.Bundle, tiny.Bundle, General, Path.Combine(RepositoryFolder.Data, "benchmarks"), mostQuestions: 2);
        Assert.Equal(12, comparison.Benchmarks.Count);
        Assert.All(comparison.Benchmarks, benchmark => Assert.Equal(2, benchmark.NullsAccuracy.Accuracy.Count));
    }

    // The right answer alternates, and the question does not tell it.
    private static void WriteBenchmark(string folder) => File.WriteAllLines(
        Path.Combine(folder, "coin.jsonl"),
        Enumerable.Range(0, 20).Select(i => $$"""{"query": "In book {{i}} the coin shows", "choices": ["heads", "tails"], "gold": {{i % 2}}}"""));
}
