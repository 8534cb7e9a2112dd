using Nulls.Model;
using Nulls.Text;
using static TorchSharp.torch;

namespace Nulls.Evaluation.Systems;

/// <summary>Trains a model further on some of what it forgot, and probes whether the rest comes back.</summary>
/// <remarks>What was removed does not come back by itself; what was only suppressed does, in a few steps.</remarks>
internal static class RelearningAttack
{
    /// <summary>Parts facts by what they are about: the statements of one half of the sorts are the attack's texts, facts of the other half the probe.</summary>
    public static (IReadOnlyList<Document> Attack, IReadOnlyList<FictionalFact> Probe) Split(IEnumerable<FictionalFact> facts)
    {
        var sorts = facts.GroupBy(fact => string.Join('|', fact.Candidates)).ToArray();
        var attack = sorts.Where((_, i) => i % 2 == 0).SelectMany(sort => sort)
            .SelectMany(fact => fact.Statements.Select(statement => new Document(" " + statement, fact.Sources[0])));
        return ([.. attack], [.. sorts.Where((_, i) => i % 2 == 1).SelectMany(sort => sort)]);
    }

    /// <summary>Runs the attack and returns its curve. The bundle stays as it is.</summary>
    /// <param name="bundle">The model after its unlearning, in any state.</param>
    /// <param name="attack">The texts that the attacker has, each with its source, of whom some may be unlearned or erased.</param>
    /// <param name="probe">Asks a model for what the texts do not state.</param>
    /// <param name="options">How the attacker trains.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public static IReadOnlyList<RelearningPoint> Run(
        NullsBundle bundle, IReadOnlyList<Document> attack, Func<NullsBundle, double> probe, RelearningOptions options, CancellationToken cancellationToken = default)
    {
        var curve = new List<RelearningPoint>();
        var allocation = bundle.Config.CreateAllocation();
        var texts = new TextSequences(bundle, attack, options.Seed, GateOf);
        // Made for its weights, which change from step to step.
        using var attacked = bundle.WithChangedWeights((model, _) =>
        {
            using var tuner = new FineTuner(model, options.LearningRate);
            for (var step = 0; step <= options.ProbedSteps[^1]; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var sequences = texts.Next(options.SequencesPerStep);
                if (options.ProbedSteps.Contains(step))
                    curve.Add(new RelearningPoint(step, Probe(model), FineTuner.Losses(model, sequences).SelectMany(losses => losses).Average()));
                if (step < options.ProbedSteps[^1])
                    tuner.Step(sequences, losses => MeanOf(losses));
            }
        });
        return curve;

        double Probe(NullsModel model)
        {
            using var now = bundle.WithChangedWeights((copy, _) => CopyWeights(model, copy), restoresAll: options.TurnsSinksOn);
            return probe(now);
        }

        SinkGate GateOf(Document document) =>
            string.IsNullOrEmpty(document.Source) || !bundle.Sources.TryGetIndex(document.Source, out var source) || (bundle.IsUnlearned(source) && !options.TurnsSinksOn)
                ? SinkGate.Backbone
                : new SinkGate(allocation.Allocate(source));
    }

    private static float[][] MeanOf(IReadOnlyList<float[]> losses)
    {
        var share = 1f / losses.Sum(sequence => sequence.Length);
        return [.. losses.Select(sequence => Array.ConvertAll(sequence, _ => share))];
    }

    private static void CopyWeights(NullsModel from, NullsModel to)
    {
        using var noGrad = no_grad();
        foreach (var (target, source) in to.parameters().Zip(from.parameters()))
            target.copy_(source);
    }
}
