namespace Nulls.Evaluation.Suite;

/// <summary>The NULLs model's backbone against the standard transformer: loss on general text, and benchmarks.</summary>
internal static class CapabilityMeasures
{
    public const string LossExcess = "capability.loss_excess";
    public const string Accuracy = "benchmark.accuracy";
    public const string Difference = "benchmark.difference";
    public const string Chance = "benchmark.chance";
    public const string StandardError = "benchmark.standard_error";

    public static StageResult Measure(Subject backbone, Subject standard, ProofQuestions questions, ProofOptions options, int seed, CancellationToken cancellationToken)
    {
        var compared = CapabilityComparison.Run(
            backbone.Bundle, standard.Bundle, questions.Corpus.GeneralHeldOut, options.BenchmarkFolder, options.MostBenchmarkQuestions, seed: 0, cancellationToken);
        return new StageResult(
        [
            compared.LossExcess.ToMeasurement(backbone.System.Name, TextMeasures.General, seed, LossExcess),
            .. compared.Benchmarks.SelectMany(benchmark => new[]
            {
                benchmark.NullsAccuracy.Accuracy.ToMeasurement(backbone.System.Name, benchmark.Name, seed, Accuracy),
                benchmark.StandardAccuracy.Accuracy.ToMeasurement(standard.System.Name, benchmark.Name, seed, Accuracy),
                benchmark.Difference.ToMeasurement(backbone.System.Name, benchmark.Name, seed, Difference),
                new ProofMeasurement(standard.System.Name, StandardError, benchmark.Name, seed, benchmark.StandardAccuracy.Accuracy.StandardError ?? 0, benchmark.StandardAccuracy.Accuracy.Count, null),
                new ProofMeasurement(standard.System.Name, Chance, benchmark.Name, seed, benchmark.NullsAccuracy.Chance, 0, null),
            }),
        ])
        {
            Settings = compared.Summary,
        };
    }
}
