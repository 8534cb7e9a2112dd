using Nulls.Evaluation.Corpora;
using Nulls.Inference;

namespace Nulls.Evaluation.Attacks;

/// <summary>What whoever holds a model's file gets by turning on sinks that are off: everything of sources that are only unlearned, nothing of erased ones.</summary>
/// <remarks>
/// Unlearned sources are simply restored. An erased source has no key, but its place, and with it the numbers of its sinks, can be
/// counted: the sinks of each such place are opened for all questions, and the place that answers most is told.
/// </remarks>
public static class WeightAccess
{
    /// <summary>Attacks a model.</summary>
    /// <param name="model">The model, in any state; it stays as it is.</param>
    /// <param name="probes">Questions for what unlearned, erased or never trained sources state: the first source of each is what is attacked.</param>
    /// <param name="mostPlaces">The most places of erased sources to try, 1 or more; the default is 20.</param>
    /// <param name="cancellationToken">Checked between passes.</param>
    /// <returns>
    /// <c>locked_accuracy</c>, before anything is turned on; <c>opened_accuracy</c>, after; <c>sinks_with_weights</c>, the share of the
    /// attacked sources' places of whose sinks some weight is not zero; NaN for sources that the model never had.
    /// </returns>
    /// <exception cref="ArgumentException">There are no questions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No place may be tried.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static AttackResult Run(NullsBundle model, IReadOnlyList<ProofProbe> probes, int mostPlaces = 20, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(probes);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostPlaces, 1);
        if (probes.Count == 0)
            throw new ArgumentException("There are no questions to ask with opened sinks.", nameof(probes));

        using var held = model.Share();
        var sources = held.Sources;
        var known = probes.Select(ProbeAccuracy.FirstSource).OfType<string>().Distinct()
            .Select(key => sources.TryGetIndex(key, out var index) ? index : -1).ToArray();
        int[] erased = known.Contains(-1) ? [.. Enumerable.Range(0, sources.Count).Where(sources.IsErased)] : [];
        var tried = erased.Take(mostPlaces).ToDictionary(place => place, place => $"erased place {place}");
        var allocation = held.Config.CreateAllocation();
        bool[] haveWeights = [.. known.Where(index => index >= 0).Concat(tried.Keys).Select(index => !held.AreZero(allocation.Allocate(index)))];
        // A registry of the attacker's making; the weights are those of the model.
        var opened = sources.WithErasedPlaces(tried);
        var contents = held.Contents;
        var scorer = new Scorer(contents.Model, contents.ScoringWeights, contents.Tokenizer, opened, new SinkRouter(opened, allocation, index: null));
        var best = tried.Values.Cast<string?>().DefaultIfEmpty(null).Select(Open).MaxBy(right => right.Count(isRight => isRight))!; // There is at least the default.
        var chance = probes.Average(probe => probe.Chance);
        return new AttackResult
        {
            Attack = "weight_access",
            Budget = $"The model's file, read and written at will: {known.Count(index => index >= 0)} sources restored by key, the sinks of {tried.Count} of {erased.Length} erased places opened in turn; no training.",
            Metrics =
            [
                ProbeAccuracy.Of(held, "locked_accuracy", probes, cancellationToken: cancellationToken),
                MetricResult.OfProportion("opened_accuracy", best),
                MetricResult.OfProportion("sinks_with_weights", haveWeights),
            ],
            Chance = new Dictionary<string, double> { ["locked_accuracy"] = chance, ["opened_accuracy"] = chance },
        };

        // With a place's sinks for the sources that have no key.
        IReadOnlyList<bool> Open(string? place) => ProbeAccuracy.AreRight(
            requests => scorer.Score(requests, ScoringOutputs.LogProbabilities, generation: null, new RouteSettings(SinkRouting.Backbone), _ => false, cancellationToken),
            [.. probes.Select(probe => new AskedProbe(probe, probe.Prompt, ProbeAccuracy.FirstSource(probe) is { } key && sources.TryGetIndex(key, out _) ? key : place))]);
    }
}
