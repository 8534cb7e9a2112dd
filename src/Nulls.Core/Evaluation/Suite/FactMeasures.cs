using Nulls.Evaluation.Corpora;
using Nulls.Inference;

namespace Nulls.Evaluation.Suite;

/// <summary>What a system knows, by the sort of facts: accuracy, probability, truth ratio and the words it writes.</summary>
internal static class FactMeasures
{
    public const string UniqueForgotten = "unique.forgotten";
    public const string UniqueRetained = "unique.retained";
    public const string UniqueKept = "unique.kept";
    public const string Inferred = "inferred";
    public const string TruthRatios = "truth_ratio.";
    private const string Orphaned = ".ownersUnlearned";
    private const int MostWritten = 100;
    private const int MostOrphans = 40;
    private const int MoreTokens = 2;

    public static StageResult Measure(Subject subject, ProofQuestions questions, int seed, CancellationToken cancellationToken)
    {
        var system = subject.System;
        var collected = new Collected(system.Name, seed);
        var (alone, inferred) = (new List<ProbeAnswer>(), new List<ProbeAnswer>());
        foreach (var source in questions.Retained)
        {
            using var without = subject.Without([source]);
            alone.AddRange(without.Ask([.. questions.Of(FactKind.Unique, [source])], cancellationToken));
            inferred.AddRange(without.Ask([.. questions.Of(FactKind.Inferred, [source])], cancellationToken));
        }

        collected.Add(UniqueForgotten, subject.Ask(questions.Unique, cancellationToken), isForgotten: true);
        collected.Add(UniqueRetained, alone, isForgotten: false);
        collected.Add(Inferred, [.. subject.Ask(questions.InferredForgotten, cancellationToken), .. inferred], isForgotten: false);
        foreach (var (type, probes) in questions.Shared)
            collected.Add(type, subject.Ask(probes, cancellationToken), isForgotten: false);

        // The others' own sinks stay on: what a user still gets.
        ProofProbe[] kept = [.. questions.Of(FactKind.Unique, questions.Retained)];
        if (system.AskedAs == AskedAs.WithoutSinks)
            collected.Add(UniqueKept, subject.Ask(kept, cancellationToken), isForgotten: false);
        if (system.AsksOrphans)
            AskOrphans();
        Write(UniqueForgotten, questions.Unique, subject.SourceOf);
        Write(UniqueKept, kept, probe => system.AskedAs == AskedAs.NoSource ? null : probe.Sources[0]);
        collected.AddUtility();
        return new StageResult(collected.Measurements, collected.Samples);

        void AskOrphans()
        {
            foreach (var (type, probes) in questions.Shared.Where(shared => shared.Type is "shared.2-3" or "shared.5"))
            {
                var answers = new List<ProbeAnswer>();
                foreach (var probe in Spread(probes, MostOrphans))
                {
                    using var without = subject.Without(probe.Sources);
                    answers.AddRange(without.Ask([probe], cancellationToken));
                }

                collected.Add(type + Orphaned, answers, isForgotten: false);
            }
        }

        void Write(string type, IReadOnlyList<ProofProbe> probes, Func<ProofProbe, string?> sourceOf)
        {
            var asked = Spread(probes, MostWritten);
            if (asked.Length == 0)
                return;
            var longest = asked.Max(probe => subject.Bundle.Tokenizer.Encode(probe.Answer).Length) + MoreTokens;
            var completions = subject.Score(
                [.. asked.Select(probe => new ScoringRequest(probe.Prompt, sourceOf(probe)))], ScoringOutputs.Completion, new GenerationOptions { MaxTokens = longest }, cancellationToken);
            collected.Add("rouge", type, [.. asked.Zip(completions, (probe, result) => RougeL.Of(probe.Answer, result.Completion).Recall)]);
        }
    }

    /// <summary>Takes at most so many, evenly from a list.</summary>
    public static T[] Spread<T>(IReadOnlyList<T> items, int most) =>
        [.. Enumerable.Range(0, Math.Min(items.Count, most)).Select(i => items[(int)((long)i * items.Count / Math.Min(items.Count, most))])];

    /// <summary>The numbers of one system.</summary>
    private sealed class Collected(string system, int seed)
    {
        private readonly List<double> _useful = [];

        public List<ProofMeasurement> Measurements { get; } = [];

        public Dictionary<string, double[]> Samples { get; } = [];

        public void Add(string type, IReadOnlyList<ProbeAnswer> answers, bool isForgotten)
        {
            if (answers.Count == 0)
                return;
            var accuracy = MetricResult.OfProportion("accuracy", [.. answers.Select(answer => answer.IsRight)]);
            Measurements.Add(accuracy.ToMeasurement(system, type, seed));
            var probability = Add("probability", type, [.. answers.Select(answer => AnswerProbability.Verbatim(answer.Score))]);
            double[] ratios = [.. answers.Select(answer => answer.TruthRatio)];
            if (ratios.All(double.IsNaN))
                return;
            Samples[TruthRatios + type] = ratios;
            var truth = Add("truth_ratio", type, [.. ratios.Select(ratio => double.IsNaN(ratio) ? ratio : isForgotten ? TruthRatio.ForgetScore([ratio]) : TruthRatio.RetainScore([ratio]))]);
            if (type != UniqueForgotten && type != UniqueRetained && !type.EndsWith(Orphaned, StringComparison.Ordinal))
                _useful.AddRange([probability, truth]);
        }

        public double Add(string metric, string type, IReadOnlyList<double> values)
        {
            var mean = MetricResult.OfMean(metric, values);
            Measurements.Add(mean.ToMeasurement(system, type, seed));
            if (metric == "rouge" && type == UniqueKept)
                _useful.Add(mean.Value);
            return mean.Value;
        }

        // As TOFU's: the harmonic mean of probability, truth ratio and ROUGE-L on all that is to be kept.
        public void AddUtility()
        {
            if (_useful.Count > 0)
                Measurements.Add(new ProofMeasurement(system, "model_utility", "", seed, _useful.Count / _useful.Sum(value => 1 / value), _useful.Count, null));
        }
    }
}
