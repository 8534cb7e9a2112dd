using Nulls.Evaluation;
using Nulls.Evaluation.Corpora;
using Nulls.Inference;

namespace Nulls.MLNet;

/// <summary>Asks a model for facts, each with the sinks of a source that states it, where one may run.</summary>
internal static class KnownFacts
{
    private const int MostNamed = 10;

    public static NullsMetrics Measure(NullsTransformer model, IReadOnlyList<ProofProbe> facts, NullsEvaluationOptions options)
    {
        var bundle = model.Bundle;
        string[] unknown = [.. facts.SelectMany(fact => fact.Sources).Distinct().Where(source => !model.Knows(source))];
        if (unknown.Length > 0 && !options.AllowsUnknownSources)
        {
            throw new ArgumentException(
                $"The facts name {unknown.Length} {(unknown.Length == 1 ? "source" : "sources")} that the model does not know: {string.Join(", ", unknown.Take(MostNamed).Select(source => $"'{source}'"))}{(unknown.Length > MostNamed ? ", ..." : "")}. " +
                "Keys must match the training data's source column exactly. Of a model trained without them, or after they were erased, ask with AllowsUnknownSources.");
        }

        var running = facts.Select(fact => fact.Sources.FirstOrDefault(source => model.Knows(source) && !bundle.IsUnlearned(source))).ToArray();
        var answers = ProbeAnswer.Ask(
            requests => bundle.Score(requests, ScoringOutputs.LogProbabilities, cancellationToken: options.CancellationToken),
            [.. facts.Zip(running, (fact, source) => new AskedProbe(fact, fact.Prompt, source ?? fact.Sources[0]))]);
        return new NullsMetrics { All = MetricsOf(_ => true), Unlearned = MetricsOf(source => source is null), Remaining = MetricsOf(source => source is not null) };

        FactMetrics MetricsOf(Func<string?, bool> isMeant)
        {
            int[] meant = [.. Enumerable.Range(0, facts.Count).Where(i => isMeant(running[i]))];
            return new FactMetrics
            {
                Accuracy = MetricResult.OfProportion("accuracy", [.. meant.Select(i => answers[i].IsRight)]),
                Probability = MetricResult.OfMean("probability", [.. meant.Select(i => AnswerProbability.Verbatim(answers[i].Score))], "prob"),
                TruthRatio = MetricResult.OfMean("truth_ratio", [.. meant.Select(i => double.IsNaN(answers[i].TruthRatio) ? double.NaN : TruthRatio.RetainScore([answers[i].TruthRatio]))]),
                Chance = meant.Length == 0 ? double.NaN : meant.Average(i => facts[i].Chance),
            };
        }
    }
}
