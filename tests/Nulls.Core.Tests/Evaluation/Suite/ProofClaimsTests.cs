using Nulls.Evaluation.Suite;

namespace Nulls.Tests.Evaluation.Suite;

public class ProofClaimsTests
{
    private static readonly int[] Seeds = [1, 2, 3];

    [Fact]
    public void Every_claim_holds_on_numbers_that_bear_it_out()
    {
        var (claims, omissions) = ProofClaims.Of([.. Good()]);
        Assert.Empty(omissions);
        Assert.Equal(15, claims.Count);
        Assert.All(claims, claim => Assert.True(claim.Held, $"{claim.Name}: {claim.Value} against {claim.Reach}"));
    }

    [Theory]
    [InlineData("own.knowsUnique", "nulls.own", "accuracy", "unique.retained", null, 0.9)]
    [InlineData("unique.matchesRetrained", "nulls.backbone", "accuracy", "unique.forgotten", null, 0.5)]
    [InlineData("unique.matchesRetrained", "nulls.routedByQuestion", "accuracy", "unique.retained", null, 0.5)]
    [InlineData("inferred.matchesRetrained", "nulls.backbone", "accuracy", "inferred", null, 0.5)]
    [InlineData("shared.matchesRetrained", "nulls.routedByQuestion", "accuracy", "shared.5", null, 0.5)]
    [InlineData("forgetQuality.likeRetrained", "nulls.routedByQuestion", "forget_quality", "unique.forgotten", null, 0.01)]
    [InlineData("relearning.likeRetrained", "nulls.erased", "relearning.probe", "unique.untouched", 10, 0.2)]
    [InlineData("relearning.postHocRecovers", "npo", "relearning.probe", "unique.untouched", 5, 0.1)]
    [InlineData("extraction.likeRetrained", "nulls.backbone", "acr.acr", "passages.forgotten", null, 0.7)]
    [InlineData("membership.likeRetrained", "nulls.backbone", "membership.min_k++.auc", "text.forgotten", null, 0.6)]
    [InlineData("capability.loss", "nulls.backbone", "capability.loss_excess", "text.general", null, 0.02)]
    [InlineData("capability.benchmarks", "nulls.backbone", "benchmark.difference", "piqa", null, -0.2)]
    [InlineData("shared.routed", "nulls.routedByQuestion", "accuracy", "shared.2-3", null, 0.9)]
    [InlineData("sharedDropout.few", "nulls.sharedDropout.2", "accuracy", "shared.2-3", null, 0.8)]
    [InlineData("sharedDropout.five", "nulls.sharedDropout.2", "accuracy", "shared.5", null, 0.9)]
    [InlineData("sharedDropout.unique", "nulls.sharedDropout.2", "accuracy", "unique.retained", null, 0.2)]
    public void A_claim_fails_when_one_number_contradicts_it(string name, string system, string metric, string type, int? step, double value)
    {
        ProofMeasurement[] numbers = [.. Good().Select(number => number.System == system && number.Metric == metric && number.FactType == type && number.Step == step ? number with { Value = value } : number)];
        var claim = ProofClaims.Of(numbers).Claims.Single(claim => claim.Name == name);
        Assert.False(claim.Held, $"{claim.Value} against {claim.Reach}");
    }

    [Fact]
    public void Erased_knowledge_that_is_below_that_of_retrained_models_also_fails()
    {
        ProofMeasurement[] numbers = [.. Good().Select(number => number is { System: "nulls.retrained.backbone", Metric: "relearning.probe", Step: 3 } ? number with { Value = 0.3 } : number)];
        Assert.False(ProofClaims.Of(numbers).Claims.Single(claim => claim.Name == "relearning.likeRetrained").Held);
    }

    [Fact]
    public void Texts_that_only_the_unlearned_model_writes_speak_against_it_though_no_ratio_can_be_made()
    {
        ProofMeasurement[] numbers = [.. Good().Select(number => number is { System: "nulls.retrained.backbone", Metric: "acr.acr" } ? number with { Value = 0 } : number)];
        var claim = ProofClaims.Of(numbers).Claims.Single(claim => claim.Name == "extraction.likeRetrained");
        Assert.Equal(0.5, claim.Value, 1e-9);
        Assert.False(claim.Held);
    }

    [Fact]
    public void Notes_tell_what_a_miss_is_to_be_weighed_against()
    {
        ProofMeasurement[] numbers =
        [
            .. Good().Select(number => number switch
            {
                { System: "nulls.retrained.backbone", Metric: "acr.acr" } => number with { Value = 0.4 + (0.1 * number.Seed) },
                { System: "nulls.sharedDropout.2", Metric: "accuracy", FactType: "unique.retained" } => number with { Value = 0.01 },
                _ => number,
            }),
        ];
        var notes = ProofClaims.Of(numbers).Claims.ToDictionary(claim => claim.Name, claim => claim.Note);
        Assert.Contains("two retrained models differ by 0.133", notes["extraction.likeRetrained"], StringComparison.Ordinal);
        Assert.Contains("0.010 are known with it", notes["sharedDropout.unique"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_post_hoc_method_is_the_one_that_tuning_preferred_not_the_weakest()
    {
        var claim = ProofClaims.Of([.. Good()]).Claims.Single(claim => claim.Name == "relearning.postHocRecovers");
        Assert.Contains("npo", claim.Note, StringComparison.Ordinal);
        Assert.Equal(0.35, claim.Value, 1e-9);
    }

    [Fact]
    public void The_noise_floor_is_the_mean_distance_of_retrained_models_and_its_sampling_error_is_added()
    {
        ProofMeasurement[] numbers = [.. Good().Select(number => number is { System: "nulls.retrained.backbone", Metric: "accuracy", FactType: "inferred" } ? number with { Value = 0.5 + (0.1 * number.Seed) } : number)];
        var claim = ProofClaims.Of([.. numbers.Select(number => number.System == "nulls.retrained.routedByQuestion" && number.FactType == "inferred" ? number with { Value = 1 } : number)])
            .Claims.Single(claim => claim.Name == "inferred.matchesRetrained");
        // Distances .1, .1 and .2 of the three pairs; 210 of 300 right, and one more of each.
        var share = 211 / 302.0;
        Assert.Equal((0.4 / 3) + (1.959964 * Math.Sqrt(2 * share * (1 - share) / 300)), claim.Reach, 1e-6);
    }

    [Fact]
    public void Claims_without_numbers_are_omissions_and_not_successes()
    {
        var (claims, omissions) = ProofClaims.Of([]);
        Assert.Empty(claims);
        Assert.Equal(15, omissions.Count);
        Assert.All(omissions, omission => Assert.StartsWith("claim.", omission.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void One_retrained_model_alone_gives_no_noise_floor()
    {
        var (claims, omissions) = ProofClaims.Of([.. Good().Where(number => number.Seed == 1)]);
        Assert.DoesNotContain(claims, claim => claim.Name == "unique.matchesRetrained");
        Assert.Contains(omissions, omission => omission.Name == "claim.unique.matchesRetrained");
    }

    [Fact]
    public void Membership_by_one_retrained_model_alone_says_that_there_was_no_other()
    {
        var claim = ProofClaims.Of([.. Good().Where(number => number.Seed == 1)]).Claims.Single(claim => claim.Name == "membership.likeRetrained");
        Assert.EndsWith("two retrained models were not compared by it.", claim.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void One_test_alone_is_not_called_the_smallest_of_several()
    {
        var claim = ProofClaims.Of([.. Good().Where(number => number is { Seed: 1, System: "nulls.backbone", Metric: "forget_quality" })]).Claims.Single();
        Assert.Equal("The only test: nulls.backbone, seed 1.", claim.Note);
    }

    [Fact]
    public void A_number_that_could_not_be_measured_makes_no_claim()
    {
        var (claims, omissions) = ProofClaims.Of([.. Good().Select(number => number.FactType == "shared.2-3" ? number with { Value = double.NaN } : number)]);
        Assert.DoesNotContain(claims, claim => claim.Name == "shared.routed");
        Assert.Contains(omissions, omission => omission.Name == "claim.shared.routed");
    }

    private static IEnumerable<ProofMeasurement> Good() => Seeds.SelectMany(Good);

    private static IEnumerable<ProofMeasurement> Good(int seed)
    {
        ProofMeasurement Number(string system, string metric, string type, double value, int? step = null) => new(system, metric, type, seed, value, 100, null) { Step = step };
        foreach (var system in new[] { "nulls.backbone", "nulls.retrained.backbone", "nulls.routedByQuestion", "nulls.retrained.routedByQuestion", "nulls.sharedDropout.2" })
        {
            foreach (var (type, value) in new[] { ("unique.forgotten", 0.04), ("unique.retained", 0.05), ("inferred", 1), ("shared.2-3", 0.97), ("shared.5", 1) })
                yield return Number(system, "accuracy", type, value);
            yield return Number(system, "forget_quality", "unique.forgotten", 0.4);
        }

        foreach (var type in new[] { "unique.forgotten", "unique.retained" })
            yield return Number("nulls.own", "accuracy", type, 0.99);
        foreach (var step in new[] { 0, 1, 3, 5, 10, 20 })
        {
            yield return Number("nulls.erased", "relearning.probe", "unique.untouched", 0.06, step);
            yield return Number("nulls.retrained.backbone", "relearning.probe", "unique.untouched", 0.05, step);
            yield return Number("standard.retrained", "relearning.probe", "unique.untouched", 0.05, step);
            yield return Number("npo", "relearning.probe", "unique.untouched", step == 5 ? 0.4 : 0.1, step);
            yield return Number("gradientAscent", "relearning.probe", "unique.untouched", 0.9, step);
        }

        yield return Number("npo", "tuning.score", "", 0.9);
        yield return Number("gradientAscent", "tuning.score", "", 0.3);
        foreach (var system in new[] { "nulls.backbone", "nulls.retrained.backbone" })
        {
            yield return Number(system, "acr.acr", "passages.forgotten", 0.5);
            foreach (var score in new[] { "loss", "zlib", "min_k", "min_k++", "reference" })
                yield return Number(system, $"membership.{score}.auc", "text.forgotten", 0.52);
        }

        yield return Number("nulls.backbone", "capability.loss_excess", "text.general", -0.03);
        yield return Number("nulls.backbone", "benchmark.difference", "piqa", -0.01);
        yield return Number("standard", "benchmark.standard_error", "piqa", 0.035);
    }
}
