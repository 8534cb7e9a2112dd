namespace Nulls.Evaluation.Suite;

/// <summary>Stops a proof whose model never learned what it should forget: forgetting it would show nothing.</summary>
internal static class Vacuity
{
    private const double LeastKnown = 0.5;

    /// <exception cref="InvalidOperationException">The model knows less than half of the facts.</exception>
    public static void RequireKnown(ProofResults results, int seed)
    {
        var known = Accuracy(results, SystemCatalog.Own, seed);
        if (!(known.Value >= LeastKnown))
            throw new InvalidOperationException(
                $"\"Forgetting\" would be vacuous: with its own sinks on, the model of seed {seed} knows {known.Value:F2} of {known.Count} facts that only the forgotten sources state, less than {LeastKnown}. {Remedy}");
    }

    /// <exception cref="InvalidOperationException">A model that never saw the facts knows about as many.</exception>
    public static void RequireForgettable(ProofResults results, int seed)
    {
        var (known, retrained) = (Accuracy(results, SystemCatalog.Own, seed), Accuracy(results, SystemCatalog.RetrainedBackbone, seed));
        if (!(known.Interval?.Lower > retrained.Interval?.Upper))
            throw new InvalidOperationException(
                $"\"Forgetting\" would be vacuous: of {known.Count} facts that only the forgotten sources state, the model of seed {seed} knows {known.Value:F2} with its own sinks on, " +
                $"and a model retrained without them {retrained.Value:F2}, which is not clearly less (95 % intervals {known.Interval?.Lower:F2} to {known.Interval?.Upper:F2} and {retrained.Interval?.Lower:F2} to {retrained.Interval?.Upper:F2}). " +
                "Ask for facts that other texts do not imply, and for more of them. What was computed stays in the cache.");
    }

    private const string Remedy = "Train longer (Training.Passes), with more sinks a source, or ask for what the texts state. What was computed stays in the cache.";

    private static ProofMeasurement Accuracy(ProofResults results, string system, int seed) =>
        results.Find(system, seed, "accuracy", FactMeasures.UniqueForgotten)
        ?? throw new InvalidOperationException("No fact is asked for that only forgotten sources state, so that forgetting cannot be shown. Give questions of the kind Unique whose sources are all in the set to forget.");
}
