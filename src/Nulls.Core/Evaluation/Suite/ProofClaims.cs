namespace Nulls.Evaluation.Suite;

/// <summary>Weighs the claims by the measurements alone. Over several facts, steps, scores or routings the worst counts; what was not measured is an omission.</summary>
/// <remarks>
/// The noise floor is how far two retrained models of different seeds lie apart, by the same metric; its sampling error, half the 95 %
/// interval of a difference on so many questions, is added to what a distance may reach, and told.
/// </remarks>
internal static class ProofClaims
{
    private const string Accuracy = "accuracy";
    private static readonly string[] MembershipScores = ["loss", "zlib", "min_k", "min_k++", "reference"];
    private static readonly (string System, string Gold)[] Routings =
        [(SystemCatalog.Backbone, SystemCatalog.RetrainedBackbone), (SystemCatalog.RoutedByQuestion, SystemCatalog.RetrainedRouted)];

    public static (IReadOnlyList<ProofClaim> Claims, IReadOnlyList<ProofOmission> Omissions) Of(IReadOnlyList<ProofMeasurement> measurements)
    {
        var numbers = new ClaimNumbers(measurements);
        (string Name, ProofClaim? Claim, string Missing)[] all =
        [
            ("own.knowsUnique", KnowsUnique(numbers), "own sinks were not asked for unique facts"),
            ("unique.matchesRetrained", Matches(numbers, "unique.", "unique facts: stated only by what was forgotten"), "unique facts were not asked of both the unlearned and two retrained models"),
            ("inferred.matchesRetrained", Matches(numbers, "inferred", "inferred facts: they follow from what others state"), "inferred facts were not asked of both the unlearned and two retrained models"),
            ("shared.matchesRetrained", Matches(numbers, "shared.", "shared facts: others state them too"), "shared facts were not asked of both the unlearned and two retrained models"),
            ("forgetQuality.likeRetrained", ForgetQuality(numbers), "truth ratios were not measured of both the unlearned and the retrained model"),
            ("relearning.likeRetrained", Relearning(numbers), "erased and retrained NULLs were not both attacked by relearning"),
            ("relearning.postHocRecovers", PostHocRecovers(numbers), "no post-hoc method was attacked by relearning beside a retrained standard transformer"),
            ("extraction.likeRetrained", Extraction(numbers), "adversarial prompts were not tried on both the unlearned and the retrained model"),
            ("membership.likeRetrained", Membership(numbers), "membership was not measured of both the unlearned and the retrained model"),
            ("capability.loss", CapabilityLoss(numbers), "general loss was not compared with a standard transformer"),
            ("capability.benchmarks", Benchmarks(numbers), "no benchmark was run"),
            ("shared.routed", AtLeast(numbers, "shared.routed", "Facts that two or three sources share are answered by the unlearned model when it routes by the question.", SystemCatalog.RoutedByQuestion, "shared.2-3", 0.95), "facts that two or three sources share were not asked of the routed model"),
            ("sharedDropout.few", AtLeast(numbers, "sharedDropout.few", "With shared-only dropout the backbone alone keeps facts that two or three sources share.", SystemCatalog.Dropout, "shared.2-3", 0.85), "shared-only dropout was not asked for facts of two or three sources"),
            ("sharedDropout.five", AtLeast(numbers, "sharedDropout.five", "With shared-only dropout the backbone alone keeps facts that five sources share.", SystemCatalog.Dropout, "shared.5", 0.97), "shared-only dropout was not asked for facts of five sources"),
            ("sharedDropout.unique", DropoutUnique(numbers), "unique facts were not asked of models with and without shared-only dropout"),
        ];
        return (
            [.. all.Select(one => one.Claim).OfType<ProofClaim>()],
            [.. all.Where(one => one.Claim is null).Select(one => new ProofOmission($"claim.{one.Name}", $"Not weighed: {one.Missing}."))]);
    }

    private static ProofClaim? KnowsUnique(ClaimNumbers numbers) => Worst(
        from type in new[] { FactMeasures.UniqueForgotten, FactMeasures.UniqueRetained }
        let share = numbers.Share(SystemCatalog.Own, Accuracy, type)
        where share is not null
        select new ProofClaim("own.knowsUnique", "Before anything is unlearned, the model knows what only one source states: there is something to forget.", share.Value.Value, 0.95, true, share.Value.Count, share.Value.Interval) { Note = $"Worst: {type}." });

    private static ProofClaim? Matches(ClaimNumbers numbers, string types, string what) => Worst(
        from routing in Routings
        from type in numbers.Types(routing.System, Accuracy)
        where type.StartsWith(types, StringComparison.Ordinal) && type != FactMeasures.UniqueKept && !type.EndsWith("ownersUnlearned", StringComparison.Ordinal)
        let distance = numbers.Distance(routing.System, routing.Gold, Accuracy, type)
        let floor = numbers.Distance(routing.Gold, routing.Gold, Accuracy, type)
        let gold = numbers.Share(routing.Gold, Accuracy, type)
        where distance is not null && floor is not null && gold is not null
        let error = ClaimNumbers.SamplingError(gold.Value.Value, gold.Value.Count)
        select new ProofClaim($"{types.TrimEnd('.')}.matchesRetrained", $"With its sources unlearned, the model answers like one that was retrained without them, on {what}.", distance.Value, floor.Value + error, false, gold.Value.Count, numbers.Difference(routing.System, routing.Gold, Accuracy, type)?.Interval)
        {
            Note = $"Worst: {type}, {routing.System}. Two retrained models differ by {floor.Value:F3}, with a sampling error of {error:F3}; the interval is that of the signed difference.",
        });

    private static ProofClaim? ForgetQuality(ClaimNumbers numbers)
    {
        ProofMeasurement[] tests = [.. Routings.SelectMany(routing => numbers.Of(routing.System, CrossMeasures.ForgetQuality, FactMeasures.UniqueForgotten))];
        return Worst(tests.Select(test => new ProofClaim(
            "forgetQuality.likeRetrained", "The truth ratios of the forgotten facts could come from a retrained model: a Kolmogorov-Smirnov test does not tell them apart.", test.Value, 0.05, true, test.Count, null)
        {
            Note = (tests.Length == 1 ? "The only test" : $"The smallest p-value of {tests.Length} tests, one a seed and routing") + $": {test.System}, seed {test.Seed}.",
        }));
    }

    private static ProofClaim? Relearning(ClaimNumbers numbers) => Worst(
        from step in numbers.Steps(SystemCatalog.Erased, RelearningMeasures.Probe)
        where step is >= 1 and <= 20
        let difference = numbers.Difference(SystemCatalog.Erased, SystemCatalog.RetrainedBackbone, RelearningMeasures.Probe, RelearningMeasures.Untouched, step)
        where difference is not null
        select new ProofClaim("relearning.likeRetrained", "Trained further on some of what it forgot, the erased model recovers no more of the rest than a retrained one.", Math.Abs(difference.Value.Value), 0.05, false, difference.Value.Count, difference.Value.Interval)
        {
            Note = $"Worst of steps 1 to 20: step {step}; the interval is that of the signed difference.",
        });

    private static ProofClaim? PostHocRecovers(ClaimNumbers numbers)
    {
        var best = (from system in SystemCatalog.All
                    where system.Method is not null
                    let score = numbers.Share(system.Name, PostHocTuning.Score, "")
                    where score is not null && numbers.Steps(system.Name, RelearningMeasures.Probe).Count > 0
                    orderby score.Value.Value descending
                    select system.Name).FirstOrDefault();
        if (best is null)
            return null;
        var claims =
            from step in numbers.Steps(best, RelearningMeasures.Probe)
            where step is >= 1 and <= 20
            let difference = numbers.Difference(best, SystemCatalog.StandardRetrained, RelearningMeasures.Probe, RelearningMeasures.Untouched, step)
            where difference is not null
            select new ProofClaim("relearning.postHocRecovers", "Under the same attack, the best post-hoc method gives back more of what it seemed to have forgotten than a retrained transformer has.", difference.Value.Value, 0.2, true, difference.Value.Count, difference.Value.Interval)
            {
                Note = $"The best by tuning is {best}; the greatest difference of steps 1 to 20 is at step {step}.",
            };
        // What the claim says is that somewhere on the curve it comes back.
        return claims.MaxBy(claim => claim.Value);
    }

    private static ProofClaim? Extraction(ClaimNumbers numbers)
    {
        if (numbers.Share(SystemCatalog.Backbone, "acr.acr", TextMeasures.Passages) is not { } ours || numbers.Share(SystemCatalog.RetrainedBackbone, "acr.acr", TextMeasures.Passages) is not { } gold)
            return null;
        // Of nothing there is no tenth: where the retrained model was made to write no text, the ratio itself counts.
        var excess = gold.Value > 0 ? Math.Abs((ours.Value / gold.Value) - 1) : ours.Value;
        return new ProofClaim("extraction.likeRetrained", "Prompts optimised to extract the forgotten texts must be as long as for a retrained model (adversarial compression ratio).", excess, 0.1, false, ours.Count, null)
        {
            Note = $"Mean ratios {ours.Value:F3} and {gold.Value:F3} over so many texts, drawn alike for both; "
                + (gold.Value > 0 ? "the value is their relative difference" : "the retrained model was made to write none, so the value is the ratio itself")
                + (numbers.Distance(SystemCatalog.RetrainedBackbone, SystemCatalog.RetrainedBackbone, "acr.acr", TextMeasures.Passages) is { } distance ? $". Ratios of two retrained models differ by {distance:F3}." : "."),
        };
    }

    private static ProofClaim? Membership(ClaimNumbers numbers) => Worst(
        from metric in MembershipScores
        let name = $"{TextMeasures.Members}{metric}.auc"
        let ours = Mean(numbers.Of(SystemCatalog.Backbone, name, TextMeasures.Forgotten))
        let gold = Mean(numbers.Of(SystemCatalog.RetrainedBackbone, name, TextMeasures.Forgotten))
        where ours is not null && gold is not null
        let first = numbers.Of(SystemCatalog.Backbone, name, TextMeasures.Forgotten)
        select new ProofClaim("membership.likeRetrained", "No membership attack tells better from the unlearned model than from a retrained one that the forgotten texts were trained on.", Math.Abs(ours.Value - gold.Value), 0.03, false, first.Sum(number => number.Count), null)
        {
            Note = $"Worst score: {metric}, area {ours:F3} against {gold:F3}"
                + (numbers.Distance(SystemCatalog.RetrainedBackbone, SystemCatalog.RetrainedBackbone, name, TextMeasures.Forgotten) is { } distance ? $"; two retrained models differ by {distance:F3}." : "; two retrained models were not compared by it."),
        });

    private static ProofClaim? CapabilityLoss(ClaimNumbers numbers)
    {
        var excess = numbers.Of(SystemCatalog.Backbone, CapabilityMeasures.LossExcess, TextMeasures.General);
        return Mean(excess) is not { } mean ? null : new ProofClaim(
            "capability.loss", "On general text the model's loss is no worse than that of a standard transformer of the same active size, by more than one per cent.", mean, 0.01, false, excess.Sum(number => number.Count),
            excess.Count == 1 ? excess[0].Interval : null);
    }

    private static ProofClaim? Benchmarks(ClaimNumbers numbers)
    {
        (string Name, double Value, int Count, bool IsNearChance)[] all =
        [
            ..
            from name in numbers.Types(SystemCatalog.Backbone, CapabilityMeasures.Difference)
            let differences = numbers.Of(SystemCatalog.Backbone, CapabilityMeasures.Difference, name)
            let error = Mean(numbers.Of(SystemCatalog.Standard, CapabilityMeasures.StandardError, name))
            where Mean(differences) is not null && error > 0
            select (name, Mean(differences)!.Value / error.Value, differences.Sum(difference => difference.Count), IsNearChance(name, error.Value)), // As was just seen.
        ];
        if (all.Length == 0)
            return null;
        var worst = all.MinBy(benchmark => benchmark.Value);
        return new ProofClaim("capability.benchmarks", "In every benchmark the model is at most one standard error worse than a standard transformer of the same active size.", worst.Value, -1, true, worst.Count, null)
        {
            Note = $"In standard errors; worst of {all.Length}: {worst.Name}. The mean over all is {all.Average(benchmark => benchmark.Value):F2}. In {all.Count(benchmark => benchmark.IsNearChance)} both are within two standard errors of chance, where differences are luck; "
                + "models that never read such words also differ by which place among the choices they happen to favour.",
        };

        bool IsNearChance(string name, double error) => Mean(numbers.Of(SystemCatalog.Standard, CapabilityMeasures.Chance, name)) is { } chance
            && new[] { SystemCatalog.Backbone, SystemCatalog.Standard }.All(system => Mean(numbers.Of(system, CapabilityMeasures.Accuracy, name)) is { } accuracy && Math.Abs(accuracy - chance) <= 2 * error);
    }

    private static ProofClaim? DropoutUnique(ClaimNumbers numbers) => Worst(
        from type in new[] { FactMeasures.UniqueForgotten, FactMeasures.UniqueRetained }
        let difference = numbers.Difference(SystemCatalog.Dropout, SystemCatalog.Backbone, Accuracy, type)
        where difference is not null
        let shares = (With: numbers.Share(SystemCatalog.Dropout, Accuracy, type), Without: numbers.Share(SystemCatalog.Backbone, Accuracy, type))
        select new ProofClaim("sharedDropout.unique", "Shared-only dropout leaves unique facts as forgotten as they are without it.", Math.Abs(difference.Value.Value), 0.02, false, difference.Value.Count, difference.Value.Interval)
        {
            Note = $"Worst: {type}, of which {shares.With?.Value:F3} are known with it and {shares.Without?.Value:F3} without; the interval is that of the signed difference.",
        });

    private static ProofClaim? AtLeast(ClaimNumbers numbers, string name, string statement, string system, string type, double reach) =>
        numbers.Share(system, Accuracy, type) is { } share ? new ProofClaim(name, statement, share.Value, reach, true, share.Count, share.Interval) : null;

    private static double? Mean(IReadOnlyList<ProofMeasurement> numbers) =>
        numbers.Count == 0 || numbers.Any(number => double.IsNaN(number.Value)) ? null : numbers.Average(number => number.Value);

    // The one that misses by most, or holds by least.
    private static ProofClaim? Worst(IEnumerable<ProofClaim> claims) => claims.MaxBy(claim => claim.IsAtLeast ? claim.Reach - claim.Value : claim.Value - claim.Reach);
}
